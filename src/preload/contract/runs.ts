/** Contract: the catalogue of methods, and runs with their metrics, samples and log. */
import { z } from 'zod';
import { pinnedData } from './dataset-versions.ts';
import { maybeNumber } from './system.ts';

/**
 * A training method as the form needs it. `params` is the JSON Schema of the method's zod object; each property may carry
 * `title`, `description`, `unit`, `group` (Objective, Sampling, Training, Evaluation, Model), `common` (boolean), `default`, and
 * `usedBy` ({ key, choices }: with other choices of that option this one must stay at its default).
 */
export const methodEntry = z.object({
  id: z.string(),
  title: z.string(),
  summary: z.string(),
  /** Which mark and colour of the design it takes: sft, rm, ppo, offline, online, kto, bon. */
  mark: z.string(),
  formula: z.string(),
  /** Time of a step beside SFT's, measured on a small model with the same batch. */
  cost: z.number(),
  goodFor: z.string(),
  watch: z.string(),
  papers: z.array(z.object({ title: z.string(), url: z.string() })),
  needs: z.object({
    model: z.boolean(),
    /** Kinds of dataset it trains on; empty when it needs none. */
    dataset: z.array(z.string()),
  }),
  params: z.record(z.string(), z.unknown()),
});
export type MethodEntry = z.infer<typeof methodEntry>;

export const taskEntry = z.object({
  id: z.string(),
  title: z.string(),
  summary: z.string(),
  gold: z.string(),
});
export type TaskEntry = z.infer<typeof taskEntry>;

export const runStatus = z.enum(['queued', 'running', 'paused', 'finished', 'stopped', 'failed']);
export type RunStatus = z.infer<typeof runStatus>;

export const runSummary = z.object({
  id: z.string(),
  name: z.string(),
  method: z.string(),
  status: runStatus,
  model: z.string().nullable(),
  referenceModel: z.string().nullable(),
  dataset: z.string().nullable(),
  /** Runs started together (the quickstart's stages) share a group. */
  group: z.string().nullable(),
  step: z.int(),
  maxSteps: z.int(),
  secondsLeft: z.number().nullable(),
  createdAt: z.string(),
  startedAt: z.string().nullable(),
  endedAt: z.string().nullable(),
  error: z.string().nullable(),
  /** Pairs that a person has to rate before the run goes on. */
  ratingsWaiting: z.int(),
  tags: z.array(z.string()),
  notes: z.string(),
  /** Of those that wait, the largest is begun first. */
  priority: z.int(),
  /** Last value of every metric. */
  latest: z.record(z.string(), maybeNumber),
});
export type RunSummary = z.infer<typeof runSummary>;

/** What a run will need: bytes, floating-point operations, seconds. */
export const runPlan = z.object({
  parameters: z.int(),
  /** Numbers that training moves. */
  trained: z.int(),
  /** Sequences in one pass, and the longest, in tokens. */
  sequences: z.int(),
  length: z.int(),
  /** Bytes by what they are for. */
  memory: z.record(z.string(), z.number()),
  peakMemoryBytes: z.number(),
  /** What the machine could give when the plan was made. */
  memoryLimitBytes: z.number(),
  gradientCheckpointing: z.boolean(),
  flopsPerStep: z.number(),
  /** null where a step waits for a person or for a judge elsewhere, which nothing foretells. */
  secondsPerStep: z.number().nullable(),
  /** Seconds of a step by what they are for, as far as they can be foretold; plans of older programs have none. */
  time: z.record(z.string(), z.number()).optional(),
  /** Optimiser steps of the run; null where nothing says how many rows there are. */
  steps: z.int().nullable().optional(),
  /** With what is done once or now and then; null where the steps or their time are not known. */
  secondsPerRun: z.number().nullable().optional(),
  /** Seconds of the whole run by what they are for: opening, its steps, the reference scored once, evaluations, checkpoints. */
  runTime: z.record(z.string(), z.number()).optional(),
});
export type RunPlan = z.infer<typeof runPlan>;

/** Words by which runs are found again. */
export const runTag = z
  .string()
  .trim()
  .min(1)
  .max(40)
  .regex(/^[^,]*$/, 'A tag has no comma.');

/** What a person writes on runs: tags to add and to take away, and notes, which replace those of before. */
export const runAnnotation = z.object({
  ids: z.array(z.string()).min(1).max(1000),
  add: z.array(runTag).default([]),
  remove: z.array(z.string()).default([]),
  notes: z.string().max(10_000).optional(),
});

/** Values of some options of every run; `keys` are all options that runs have. */
export const runOptions = z.object({
  keys: z.array(z.string()),
  runs: z.array(z.object({ id: z.string(), values: z.record(z.string(), z.unknown()) })),
});
export type RunOptions = z.infer<typeof runOptions>;

/** `config` is the whole flat config with defaults filled in, TRL's names. */
export const runDetail = runSummary.extend({
  config: z.record(z.string(), z.unknown()),
  seconds: z.number().nullable(),
  /** Of its process, all threads; null when it ended by a crash. */
  cpuSeconds: z.number().nullable(),
  tokensPerSecond: z.number().nullable(),
  peakMemoryBytes: z.number().nullable(),
  /** Median of the steps, without evaluations and checkpoints. */
  secondsPerStep: z.number().nullable(),
  /** Made by the run itself when it had read its model and data; null before, and for runs of earlier versions. */
  plan: runPlan.nullable(),
  checkpoints: z.array(z.object({ step: z.int(), bytes: z.number(), createdAt: z.string() })),
  /** The dataset versions it uses, from when it was made. */
  data: z.array(pinnedData),
});
export type RunDetail = z.infer<typeof runDetail>;

/** One point: `evaluation` points come from evaluation steps. `nonFinite` names the metrics that were NaN or infinite. */
export const metricPoint = z.object({
  step: z.int(),
  seconds: z.number(),
  evaluation: z.boolean(),
  values: z.record(z.string(), maybeNumber),
});
export type MetricPoint = z.infer<typeof metricPoint>;

export const runSample = z.object({
  step: z.int(),
  promptIndex: z.int(),
  prompt: z.string(),
  completion: z.string(),
  tokens: z.int(),
  /** Gold reward where the task has one, else null. */
  reward: maybeNumber,
  finishReason: z.string(),
});
export type RunSample = z.infer<typeof runSample>;

export const logLine = z.object({ at: z.string(), level: z.enum(['info', 'warning', 'error']), text: z.string() });
export type LogLine = z.infer<typeof logLine>;

/** What `runs.watch` sends; metrics come in batches, at most ten messages a second. */
export const runEvent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('summary'), run: runSummary }),
  z.object({ type: z.literal('metrics'), points: z.array(metricPoint) }),
  z.object({ type: z.literal('samples'), samples: z.array(runSample) }),
  z.object({ type: z.literal('log'), lines: z.array(logLine) }),
]);
export type RunEvent = z.infer<typeof runEvent>;

/** A finished quickstart's result, for Home and for the command line. */
export const comparisonRow = z.object({
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
  createdAt: z.string(),
});
export type ComparisonRow = z.infer<typeof comparisonRow>;

/** A config that somebody pasted, read for the wizard. */
export const pastedOptions = z.object({
  form: z.enum(['yaml', 'python', 'flags']),
  /** The method that the text names. */
  said: z.string().nullable(),
  /** The method that its options were read for; null: none is named, or none of that name is here. */
  method: z.string().nullable(),
  /** Names of the workspace. */
  model: z.string().nullable(),
  dataset: z.string().nullable(),
  taken: z.array(z.object({ key: z.string(), value: z.unknown(), from: z.string() })),
  /** Without effect here. */
  ignored: z.array(z.string()),
  refused: z.array(z.object({ key: z.string(), value: z.unknown(), because: z.string() })),
});
export type PastedOptions = z.infer<typeof pastedOptions>;
