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
  /** Folder of the model that is sampled: the reference. */
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
  /** Folders of the two models. */
  a: z.string(),
  b: z.string(),
  name_a: z.string(),
  name_b: z.string(),
  prompts: z.int().min(10),
  temperature: z.number().positive(),
  seed: z.int(),
});

/** Files within a stage's output folder. */
export const STAGE_FILES = {
  model: 'untrained',
  demonstrations: 'demonstrations.jsonl',
  pairs: 'pairs.jsonl',
  heldPairs: 'held-out-pairs.jsonl',
} as const;

/** What `task_compare` results in; the host adds when. */
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
