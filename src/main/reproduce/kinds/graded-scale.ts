/** Razin et al.'s example (2410.08847) on a graded scale never < no < maybe < yes: DPO prefers "no" to "never" and moves towards "yes"; online DPO comes back. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { createRandom, type Random } from '../../base/random.ts';
import { mean } from '../../base/statistics.ts';
import { promptIds } from '../../data/batches.ts';
import { writeJsonLines } from '../../data/json-lines.ts';
import { normalised } from '../../evaluate/exact-optimum.ts';
import { createScorer } from '../../evaluate/scoring.ts';
import { loadModel } from '../../train/load-model.ts';
import { asCompletion, writeWordModel } from '../../train/task-model.ts';
import { type CellContext, defineKind } from '../cell.ts';
import { runMethod } from '../run-method.ts';

/** Where each answer lies on the scale of levels 0 … 7. */
const POSITIONS = { never: 0.5, no: 2, maybe: 4, yes: 6 } as const;
export type ScaleWord = keyof typeof POSITIONS;
export const SCALE_WORDS = Object.keys(POSITIONS) as ScaleWord[];
const SPREAD = 1.5;
const LEVELS = 8;
const NOISE_WORDS = 12;
/** The level that is asked about. */
const ASKED = 2;
/** What the online rater thinks of each answer; anything else is worth less than all of them. */
const UTILITIES = { no: 2, never: 1, maybe: 0, yes: -2 } as const;
const OTHER_UTILITY = -3;
const RATER_TEMPERATURE = 0.5;

const spec = z.object({
  hidden: z.int().min(4),
  heads: z.int().min(1),
  /** As the training option of that name. */
  frozen_weights: z.array(z.string()),
  learning_rate: z.number().positive(),
  beta: z.number().positive(),
  sft_steps: z.int().min(1),
  dpo_steps: z.int().min(1),
  online_steps: z.int().min(1),
  /** DPO's prompts, all in every step. */
  prompts: z.int().min(1),
  /** Steps between two looks. */
  every: z.int().min(1),
  seed: z.int().min(0),
});
type Spec = z.output<typeof spec>;

const probabilities = z.object({ never: z.number(), no: z.number(), maybe: z.number(), yes: z.number() });
const look = z.object({ step: z.int(), probabilities });
export type ScaleLook = z.output<typeof look>;

export const gradedScale = defineKind({
  id: 'graded-scale',
  spec,
  result: z.object({ offline: z.array(look), online: z.array(look) }),
  async run(options, context) {
    const folder = (name: string) => join(context.folder, name);
    const random = createRandom(options.seed).fork('graded scale');
    const asked = askedPrompts(options.prompts, random);
    writeWordModel(folder('untrained'), language(), {
      hidden: options.hidden,
      layers: 1,
      heads: options.heads,
      intermediate: 2 * options.hidden,
      seed: options.seed,
      initializerRange: 1 / Math.sqrt(options.hidden),
    });
    await trainReference(options, random, folder, context);
    const looking = looksOf(asked, options, context);

    const offline = await trainOffline(asked, options, folder, context);
    const damaged = await looking(folder('reference'), offline, options.dpo_steps);
    const online = await trainOnline(asked, options, folder, context);
    return { offline: damaged, online: await looking(offline, online, options.online_steps) };
  },
});

const level = (at: number): string => `l${at}`;
const noise = (random: Random): string => `n${random.integer(NOISE_WORDS)}`;
/** A level between two words that mean nothing. */
const promptOf = (at: number, random: Random): string => `${noise(random)} ${level(at)} ${noise(random)}`;

function language() {
  const noises = Array.from({ length: NOISE_WORDS }, (_, i) => `n${i}`);
  const levels = Array.from({ length: LEVELS }, (_, i) => level(i));
  return { words: [...noises, ...levels, ...SCALE_WORDS], first: noises, longest: 5 };
}

function askedPrompts(count: number, random: Random): string[] {
  if (count > NOISE_WORDS ** 2) throw new RangeError(`there are ${NOISE_WORDS ** 2} different prompts, not ${count}`);
  const found = new Set<string>();
  while (found.size < count) found.add(promptOf(ASKED, random));
  return [...found];
}

/** p(answer | level) ∝ exp(−(level − position)² / 2·1.5²), in the order of the words. */
export function scaleDistribution(at: number): number[] {
  const weights = SCALE_WORDS.map((word) => Math.exp(-((at - POSITIONS[word]) ** 2) / (2 * SPREAD ** 2)));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}

function drawWord(at: number, random: Random): string {
  let left = random.uniform();
  const shares = scaleDistribution(at);
  const place = shares.findIndex((share) => {
    left -= share;
    return left < 0;
  });
  return SCALE_WORDS[place < 0 ? SCALE_WORDS.length - 1 : place];
}

type Folder = (name: string) => string;

const SFT_BATCH = 64;

async function trainReference(options: Spec, random: Random, folder: Folder, context: CellContext): Promise<void> {
  const rows = Array.from({ length: options.sft_steps * SFT_BATCH }, () => {
    const at = random.integer(LEVELS);
    return { prompt: promptOf(at, random), completion: asCompletion(drawWord(at, random)) };
  });
  const config = {
    model: folder('untrained'),
    dataset: writeJsonLines(folder('demonstrations.jsonl'), rows),
    learning_rate: 1e-2,
    lr_scheduler_type: 'cosine_with_min_lr',
    lr_scheduler_kwargs: { min_lr: 5e-4 },
    per_device_train_batch_size: SFT_BATCH,
    max_steps: options.sft_steps,
    max_length: 16,
    seed: options.seed,
  };
  await runMethod('sft', config, folder('reference'), context);
}

/** Full-batch DPO; the folder of its result, with a checkpoint every so many steps. */
async function trainOffline(asked: readonly string[], options: Spec, folder: Folder, context: CellContext) {
  const rows = asked.map((prompt) => ({ prompt, chosen: asCompletion('no'), rejected: asCompletion('never') }));
  const config = {
    ...shared(options, options.dpo_steps, rows.length),
    model: folder('reference'),
    dataset: writeJsonLines(folder('pairs.jsonl'), rows),
    frozen_weights: options.frozen_weights.length > 0 ? options.frozen_weights : undefined,
  };
  await runMethod('dpo', config, folder('offline'), context);
  return folder('offline');
}

const ONLINE_BATCH = 32;

async function trainOnline(asked: readonly string[], options: Spec, folder: Folder, context: CellContext) {
  const rater = folder('rater.mjs');
  const { no, never, maybe, yes } = UTILITIES;
  writeFileSync(
    rater,
    `const utilities = ${JSON.stringify({ no, never, maybe, yes })};
export const reward = (answers) => answers.map(({ completion }) => utilities[completion.trim()] ?? ${OTHER_UTILITY});\n`,
  );
  const config = {
    ...shared(options, options.online_steps, ONLINE_BATCH),
    model: folder('offline'),
    ref_model: folder('reference'),
    dataset: writeJsonLines(
      folder('prompts.jsonl'),
      asked.map((prompt) => ({ prompt })),
    ),
    annotator: 'reward_function',
    reward_function: rater,
    rater_temperature: RATER_TEMPERATURE,
    temperature: 1,
    response_length: 2,
    frozen_weights: options.frozen_weights.length > 0 ? options.frozen_weights : undefined,
  };
  await runMethod('online_dpo', config, folder('online'), context);
  return folder('online');
}

const shared = ({ learning_rate, beta, every, seed }: Spec, steps: number, batch: number) => ({
  learning_rate,
  beta,
  lr_scheduler_type: 'constant',
  max_grad_norm: 0,
  per_device_train_batch_size: batch,
  max_steps: steps,
  max_length: 16,
  save_steps: every,
  save_total_limit: null,
  seed,
});

/** Mean probabilities of the four words after the asked prompts: of the model a run started from, of its checkpoints, and of its result. */
function looksOf(asked: readonly string[], { every }: Spec, { threads }: CellContext) {
  const lookAt = async (path: string, step: number): Promise<ScaleLook> => {
    const { model, tokenizer } = loadModel(path);
    const ids = asked.map((prompt) => promptIds(tokenizer, prompt));
    const scorer = await createScorer(model, { weights: 'frozen', maxPositions: 16, threads });
    try {
      const shares = (await scorer.lastLogits(ids)).map((row) => normalised(Float64Array.from(row)).map(Math.exp));
      const of = (word: ScaleWord) => {
        const [id] = tokenizer.encode(asCompletion(word), { addSpecialTokens: false }).ids;
        return mean(shares.map((row) => row[id]));
      };
      return { step, probabilities: { never: of('never'), no: of('no'), maybe: of('maybe'), yes: of('yes') } };
    } finally {
      await scorer.close();
    }
  };
  return async (start: string, run: string, steps: number): Promise<ScaleLook[]> => {
    const looks = [await lookAt(start, 0)];
    for (let step = every; step < steps; step += every) looks.push(await lookAt(join(run, `checkpoint-${step}`), step));
    return [...looks, await lookAt(run, steps)];
  };
}
