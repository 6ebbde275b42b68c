/** What the stages of a quickstart agree on: their kinds, their configs and the files they leave for each other. */
import { z } from 'zod';

/** Kinds of job that are stages around the training runs; a run of such a method is done by the kind of the same name. */
export const TASK_KINDS = ['task_start', 'task_pairs', 'task_compare'] as const;

export const taskStartConfig = z.object({
  method: z.literal('task_start'),
  task: z.string(),
  demonstrations: z.int().min(10),
  seed: z.int(),
});

export const taskPairsConfig = z.object({
  method: z.literal('task_pairs'),
  task: z.string(),
  /** Name of the model that is sampled: the reference. */
  model: z.string(),
  pairs: z.int().min(2),
  /** Of the simulated rater: P(a over b) = σ((gold(a) − gold(b)) / T). */
  rater_temperature: z.number().min(0),
  temperature: z.number().positive(),
  seed: z.int(),
});

export const taskCompareConfig = z.object({
  method: z.literal('task_compare'),
  task: z.string(),
  /** Names of the two models; b is the reference. */
  a: z.string(),
  b: z.string(),
  prompts: z.int().min(10),
  temperature: z.number().positive(),
  seed: z.int(),
});

/** Files within a stage's output folder; the first stage's model is the folder itself. */
export const STAGE_FILES = {
  demonstrations: 'demonstrations.jsonl',
  pairs: 'pairs.jsonl',
  heldPairs: 'held-out-pairs.jsonl',
  comparison: 'comparison.json',
} as const;

/** Rows as the file of a dataset. */
export const jsonLines = (rows: readonly unknown[]): string => rows.map((row) => `${JSON.stringify(row)}\n`).join('');

/** What the host stores of a comparison; it adds when. */
export const taskComparison = z.object({
  task: z.string(),
  a: z.string(),
  b: z.string(),
  n: z.int(),
  win: z.int(),
  tie: z.int(),
  loss: z.int(),
  winRate: z.number(),
  interval: z.tuple([z.number(), z.number()]),
  meanRewardA: z.number(),
  meanRewardB: z.number(),
  judge: z.string(),
});
export type TaskComparison = z.infer<typeof taskComparison>;

/** A win rate alone hides a collapsed opponent: how each model answers. */
const comparedModel = z.object({
  name: z.string(),
  /** Mean gold reward. */
  gold: z.number(),
  /** Mean tokens of an answer. */
  tokens: z.number(),
  /** Share of answers with an end token. */
  ended: z.number(),
  /** Share of answers that the demonstrations' grammar cannot have made. */
  off_grammar: z.number(),
  /** Mean of ln π(y|x) − ln π_ref(y|x) over its own answers, in nats. */
  kl: z.number(),
});
export type ComparedModel = z.infer<typeof comparedModel>;

/** Content of `comparison.json`. */
export const stageComparison = z.object({ comparison: taskComparison, models: z.array(comparedModel) });
