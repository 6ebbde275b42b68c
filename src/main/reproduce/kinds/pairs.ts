/** Preference pairs of a built-in task: two answers of a model, or two demonstrations, to each prompt, labelled by the simulated rater. */
import { join } from 'node:path';
import { z } from 'zod';
import { createRandom } from '../../base/random.ts';
import { writeJsonLines } from '../../data/json-lines.ts';
import { type RatedAnswer, ratedPair } from '../../evaluate/simulated-pairs.ts';
import { answerTask } from '../../evaluate/task-samples.ts';
import { tasks } from '../../tasks/index.ts';
import { wordsOf } from '../../tasks/sentences.ts';
import type { Task } from '../../tasks/task.ts';
import { loadModel } from '../../train/load-model.ts';
import { asCompletion } from '../../train/task-model.ts';
import { type CellContext, defineKind } from '../cell.ts';

/** Answers to a prompt may be alike, and then make no pair: so many more prompts are asked. */
const SPARE = 1.25;

const spec = z.object({
  task: z.string(),
  /** Whose answers; null: demonstrations, which no model made. */
  model: z.string().nullable(),
  /** Pairs to train on. */
  count: z.int().min(2),
  /** Further pairs, whose labels are the gold reward's, without noise or love of length. */
  held_out: z.int().min(0).default(0),
  rater_temperature: z.number().min(0).default(1),
  length_weight: z.number().default(0),
  temperature: z.number().positive().default(1),
  seed: z.int().min(0),
});
type Spec = z.output<typeof spec>;

export const PAIRS = 'pairs.jsonl';
export const HELD_OUT_PAIRS = 'held-out-pairs.jsonl';

export const pairs = defineKind({
  id: 'pairs',
  spec,
  result: z.object({ pairs: z.int(), held_out: z.int(), identical: z.int(), agreement: z.number() }),
  async run(options, context) {
    const task = tasks.get(options.task);
    const wanted = options.count + options.held_out;
    const prompts = task.prompts('train', Math.ceil(SPARE * wanted), options.seed);
    const [first, second] = await answersOf(task, prompts, options, context);
    const random = createRandom(options.seed).fork('rater');
    const different = first.flatMap((a, i) => (a.completion === second[i].completion ? [] : [[a, second[i]] as const]));
    if (different.length < wanted)
      throw new Error(
        `${wanted} pairs were asked for; only ${different.length} of ${prompts.length} prompts had two different answers`,
      );
    const rater = { temperature: options.rater_temperature, lengthWeight: options.length_weight };
    const rows = different.slice(0, options.count).flatMap(([a, b]) => ratedPair(a, b, rater, random));
    const held = different
      .slice(options.count, wanted)
      .filter(([a, b]) => a.gold !== b.gold)
      .flatMap(([a, b]) => ratedPair(a, b, { temperature: 0 }, random));
    writeJsonLines(join(context.folder, PAIRS), rows);
    writeJsonLines(join(context.folder, HELD_OUT_PAIRS), held);
    const agreeing = rows.filter((row) => row.gold_chosen > row.gold_rejected).length;
    const decided = rows.filter((row) => row.gold_chosen !== row.gold_rejected).length;
    return {
      pairs: rows.length,
      held_out: held.length,
      identical: prompts.length - different.length,
      agreement: agreeing / Math.max(1, decided),
    };
  },
});

async function answersOf(
  task: Task,
  prompts: readonly string[],
  { model, temperature, seed }: Spec,
  { path, threads, breathe, onProgress }: CellContext,
): Promise<[RatedAnswer[], RatedAnswer[]]> {
  if (model === null) {
    const random = createRandom(seed).fork('demonstrated pairs');
    const demonstrated = () => prompts.map((prompt) => demonstration(task, prompt, random));
    return [demonstrated(), demonstrated()];
  }
  const loaded = loadModel(path(model));
  const sample = (part: number) =>
    answerTask(task, loaded, prompts, {
      temperature,
      seed: `${seed}:${part}`,
      threads,
      breathe,
      onProgress: (done) => onProgress(part * prompts.length + done, 2 * prompts.length),
    });
  return [await sample(0), await sample(1)];
}

function demonstration(task: Task, prompt: string, random: ReturnType<typeof createRandom>): RatedAnswer {
  const { completion } = task.demonstration(prompt, random);
  return {
    prompt,
    completion: asCompletion(completion),
    gold: task.gold(prompt, completion),
    tokens: wordsOf(completion).length,
  };
}
