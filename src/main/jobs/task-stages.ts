/** What the stages of a quickstart agree on: their kinds, their configs and the files they leave for each other. */
import { z } from 'zod';
import { comparisonRow } from '../../preload/contract/runs.ts';

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
  /** More models, each held against b and against a. */
  others: z.array(z.string()).default([]),
  /** Different preference labels that each model learnt from, for the record. */
  labels: z.record(z.string(), z.int().min(0)).default({}),
  /** Prompts whose answers are kept to be read side by side. */
  samples: z.int().min(0).default(6),
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

/** What the host stores of a comparison; it adds when. */
export const taskComparison = comparisonRow.omit({ createdAt: true });
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
  /** 1–5: the answer's place among demonstrations for its prompt, by the gold reward. */
  quality: z.number(),
  /** Different preference labels it learnt from, its reward model's included; null when nobody said. */
  labels: z.int().nullable(),
});
export type ComparedModel = z.infer<typeof comparedModel>;

/** Win, tie and loss of `a` against `b`; `winMinusLoss` per prompt, with Student's 95% interval over prompts. */
const pairComparison = taskComparison.extend({
  winMinusLoss: z.object({ value: z.number(), low: z.number(), high: z.number() }),
});
export type PairComparison = z.infer<typeof pairComparison>;

const comparedSample = z.object({
  prompt: z.string(),
  answers: z.array(z.object({ model: z.string(), completion: z.string(), gold: z.number(), tokens: z.int() })),
});
export type ComparedSample = z.infer<typeof comparedSample>;

/** Content of `comparison.json`: a, b, then the others in `models`; every model against b, then the others against a, in `comparisons`. */
export const stageComparison = z.object({
  comparison: taskComparison,
  models: z.array(comparedModel),
  comparisons: z.array(pairComparison),
  samples: z.array(comparedSample),
});
export type StageComparison = z.infer<typeof stageComparison>;
