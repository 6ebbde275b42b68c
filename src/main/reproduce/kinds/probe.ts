/** Answers outside the data: off-grammar samples y0 of a damaged policy, and how likely they, and the training pairs, are under other policies. */
import { z } from 'zod';
import { mean, sum } from '../../base/statistics.ts';
import { type PairTokens, pairTokens, type TokenRow } from '../../data/batches.ts';
import { preferenceExample } from '../../data/examples.ts';
import { readRecords } from '../../data/records.ts';
import { createScorer } from '../../evaluate/scoring.ts';
import { answerTask } from '../../evaluate/task-samples.ts';
import { tasks } from '../../tasks/index.ts';
import { type LoadedModel, loadModel } from '../../train/load-model.ts';
import { type CellContext, defineKind } from '../cell.ts';

const spec = z.object({
  task: z.string(),
  /** Whose off-grammar answers are followed. */
  damaged: z.string(),
  reference: z.string(),
  models: z.array(z.string()).min(1),
  /** Training pairs. */
  pairs: z.string(),
  /** Of the pairs, so many of the first. */
  pair_count: z.int().min(1),
  prompts: z.int().min(1),
  prompt_seed: z.int().min(0),
  /** At most so many answers are followed. */
  most: z.int().min(1),
  seed: z.string(),
});

const scored = z.object({
  /** Mean ln π(y0|x), nats; null when the damaged policy made none. */
  y0: z.number().nullable(),
  /** Mean ln π/π_ref of the chosen and the rejected answers. */
  chosen: z.number(),
  rejected: z.number(),
  /** Share of the chosen answers that are less likely than under the reference. */
  chosen_below: z.number(),
});
export type Probed = z.output<typeof scored>;

/** Tokens of the longest prompt and answer of a built-in task. */
const LONGEST = 96;

export const probe = defineKind({
  id: 'probe',
  spec,
  result: z.object({ found: z.int(), examples: z.array(z.string()), models: z.array(scored) }),
  async run(options, context) {
    const task = tasks.get(options.task);
    const damaged = loadModel(context.path(options.damaged));
    const prompts = task.prompts('held-out', options.prompts, options.prompt_seed);
    const sampling = { temperature: 1, seed: options.seed, threads: context.threads, breathe: context.breathe };
    const answers = await answerTask(task, damaged, prompts, sampling);
    const strange = answers.filter(({ onGrammar }) => !onGrammar).slice(0, options.most);
    const y0 = strange.map(
      ({ promptIds, ids }): TokenRow => ({ ids: [...promptIds, ...ids], start: promptIds.length }),
    );
    const pairs = await readPairs(damaged, options.pairs, options.pair_count, context);
    const logs = (path: string) => logProbabilities(loadModel(context.path(path)), y0, pairs, context);
    const reference = await logs(options.reference);
    const models: Probed[] = [];
    for (const [i, path] of options.models.entries()) {
      await context.breathe();
      models.push(against(await logs(path), reference));
      context.onProgress(i + 1, options.models.length);
    }
    return { found: strange.length, examples: strange.slice(0, 5).map(({ completion }) => completion.trim()), models };
  },
});

async function readPairs({ tokenizer }: LoadedModel, name: string, count: number, { path }: CellContext) {
  const file = path(name);
  const pairs: PairTokens[] = [];
  for await (const record of readRecords(file)) {
    const tokens = pairTokens(tokenizer, preferenceExample(file, record), {
      maxLength: LONGEST,
      truncation: 'keep_start',
    });
    if (!('dropped' in tokens)) pairs.push(tokens);
    if (pairs.length === count) break;
  }
  return pairs;
}

interface Logs {
  readonly y0: readonly number[];
  readonly chosen: readonly number[];
  readonly rejected: readonly number[];
}

/** ln π of whole answers. */
async function logProbabilities(
  { model }: LoadedModel,
  y0: readonly TokenRow[],
  pairs: readonly PairTokens[],
  { threads }: CellContext,
): Promise<Logs> {
  const scorer = await createScorer(model, { weights: 'frozen', maxPositions: LONGEST, threads });
  const score = async (rows: readonly TokenRow[]) =>
    (await scorer.score(rows.map(({ ids }) => ids))).map((logps, i) => sum(logps, rows[i].start - 1));
  try {
    return {
      y0: await score(y0),
      chosen: await score(pairs.map(({ chosen }) => chosen)),
      rejected: await score(pairs.map(({ rejected }) => rejected)),
    };
  } finally {
    await scorer.close();
  }
}

const against = (own: Logs, reference: Logs): Probed => ({
  y0: own.y0.length === 0 ? null : mean(own.y0),
  chosen: mean(own.chosen) - mean(reference.chosen),
  rejected: mean(own.rejected) - mean(reference.rejected),
  chosen_below: mean(own.chosen.map((value, i) => (value < reference.chosen[i] ? 1 : 0))),
});
