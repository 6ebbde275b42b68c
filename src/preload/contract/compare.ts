/** Contract: runs held against each other: series, curves with bands, final values, verdicts of judges, saved comparisons. */
import { z } from 'zod';
import { runStatus } from './runs.ts';
import { maybeNumber } from './system.ts';

/** Ids of the runs of a comparison. */
export const runIds = z.array(z.string()).min(1).max(500);

export const compareAxis = z.enum(['step', 'tokens', 'time', 'KL']);
/** min–max over seeds, or Student's 95% interval of their mean (from three seeds on). */
export const compareBand = z.enum(['min–max', '95% CI']);
export type CompareBand = z.infer<typeof compareBand>;

/** Runs of a group that differ by their seed only: one line, one column. */
export const compareSeries = z.object({
  /** Of its runs; the same runs have the same key. */
  key: z.string(),
  /** Its method, and what sets it apart from others of that method. */
  label: z.string(),
  method: z.string(),
  runs: z.array(z.object({ id: z.string(), name: z.string(), seed: maybeNumber, status: runStatus })),
  /** Names of the models the runs made; empty when one of them has none that answers. */
  models: z.array(z.string()),
  /** What sets it apart within its method: option and value. */
  apart: z.array(z.tuple([z.string(), z.string()])),
});
export type CompareSeries = z.infer<typeof compareSeries>;

/** A set of runs, sorted into series. */
export const compareSet = z.object({
  series: z.array(compareSeries),
  /** Ids that no run has any more. */
  missing: z.array(z.string()),
  /** Every metric, and how many of the series have it. */
  metrics: z.array(z.object({ name: z.string(), series: z.int() })),
  /** Those that say most, of what the runs have in common: drawn when nobody has chosen. */
  telling: z.array(z.string()),
  axes: z.array(compareAxis),
  /** Options whose value is not the same in every series; one value a series, null where it has no such option. */
  differing: z.array(z.object({ key: z.string(), values: z.array(z.unknown()) })),
  /** Options there are in all. */
  options: z.int(),
  /** The model that all runs are held against, where it is one and the workspace has it. */
  reference: z.string().nullable(),
});
export type CompareSet = z.infer<typeof compareSet>;

/** `x` rises; `low` and `high` are empty where there is no band. */
export const compareLine = z.object({
  series: z.string(),
  x: z.array(z.number()),
  mean: z.array(z.number()),
  low: z.array(z.number()),
  high: z.array(z.number()),
  /** First step whose value was not finite. */
  brokenAt: z.number().nullable(),
});
export type CompareLine = z.infer<typeof compareLine>;

export const compareCurvesRequest = z.object({
  runs: runIds,
  metrics: z.array(z.string()).max(24),
  axis: compareAxis.default('step'),
  band: compareBand.default('min–max'),
  /** Values of a line at most; smallest and largest of each bucket are kept. */
  maxPoints: z.int().min(20).max(5000).default(600),
  /** Part of the x axis; the whole without. */
  range: z.tuple([z.number(), z.number()]).nullable().default(null),
});
export const compareCurves = z.object({
  charts: z.array(z.object({ metric: z.string(), evaluation: z.boolean(), lines: z.array(compareLine) })),
});
export type CompareCurves = z.infer<typeof compareCurves>;

const estimate = z.object({ value: z.number(), low: maybeNumber, high: maybeNumber });
export type Estimate = z.infer<typeof estimate>;

/** human: people's ratings of queues; nobody is asked by a job. */
export const compareJudge = z.enum(['gold', 'reward-model', 'length', 'llm', 'human']);
export type CompareJudge = z.infer<typeof compareJudge>;

/** One row of final values; a cell is null where a series has no such value. */
export const compareRow = z.object({
  id: z.string(),
  title: z.string(),
  unit: z.string(),
  /** The metric it is read from; null for what samples or verdicts say. */
  metric: z.string().nullable(),
  /** How its values are read and what its intervals are over, in a sentence. */
  help: z.string(),
  better: z.enum(['higher', 'lower']).nullable(),
  cells: z.array(
    estimate
      .extend({
        /** Against the baseline. */
        difference: estimate.nullable(),
        /** Better than every other series by an interval that excludes 0. */
        best: z.boolean(),
      })
      .nullable(),
  ),
});
export type CompareRow = z.infer<typeof compareRow>;

export const compareTableRequest = z.object({
  runs: runIds,
  /** Key of the series that differences are taken to; the last one when absent. */
  baseline: z.string().nullable().default(null),
  judge: compareJudge.default('gold'),
});

/** `series` are the keys that the rows' cells stand for, in their order. */
export const compareTable = z.object({ series: z.array(z.string()), rows: z.array(compareRow) });

/** Win, tie and loss of series `a` against series `b`, over all their seeds and prompts. */
export const compareVerdict = z.object({
  /** Keys of series; the reference has "model:NAME". */
  a: z.string(),
  b: z.string(),
  judge: z.string(),
  task: z.string(),
  n: z.int(),
  win: z.int(),
  tie: z.int(),
  loss: z.int(),
  winRate: z.number(),
  interval: z.tuple([z.number(), z.number()]),
  /** What the win rate would be if both answered at the same length. */
  lengthControlled: z.number(),
  /** Mean of an answer. */
  lengthA: z.number(),
  lengthB: z.number(),
  /** Of answers that people rated only the words are known. */
  lengthUnit: z.enum(['tokens', 'words']).default('tokens'),
  createdAt: z.string(),
});
export type CompareVerdict = z.infer<typeof compareVerdict>;

/** The verdict on two sides as seen from `a`, whichever way round it was judged; null where it was not. */
export function verdictBetween(verdicts: readonly CompareVerdict[], a: string, b: string): CompareVerdict | null {
  const found = verdicts.find((each) => each.a === a && each.b === b);
  if (found) return found;
  const other = verdicts.find((each) => each.a === b && each.b === a);
  if (!other) return null;
  return {
    ...other,
    a,
    b,
    win: other.loss,
    loss: other.win,
    winRate: 1 - other.winRate,
    interval: [1 - other.interval[1], 1 - other.interval[0]],
    lengthControlled: 1 - other.lengthControlled,
    lengthA: other.lengthB,
    lengthB: other.lengthA,
  };
}

/** Gold reward over the distance from the reference, as Gao et al. (2210.10760) draw it. */
export const overoptimisedSeries = z.object({
  series: z.string(),
  /** Evaluations of all seeds; `gold` is what was gained since the run's first one. */
  points: z.array(z.object({ step: z.int(), distance: z.number(), gold: z.number() })),
  /** gold = d (α − β ln d), least squares, with standard errors; `peak` is the d where it is highest. Null with fewer than four distances. */
  fit: z
    .object({
      alpha: z.number(),
      beta: z.number(),
      alphaError: z.number(),
      betaError: z.number(),
      r2: maybeNumber,
      peak: maybeNumber,
    })
    .nullable(),
});
export type OveroptimisedSeries = z.infer<typeof overoptimisedSeries>;

export const compareJudgeRequest = z.object({
  runs: runIds,
  judge: compareJudge.exclude(['human']),
  /** For the reward-model judge. */
  rewardModel: z.string().nullable().default(null),
  /** For the llm judge: the name of a judge of Settings. */
  endpoint: z.string().nullable().default(null),
  /** Its prompts are asked where no built-in task fits the models; the runs' own data when absent. */
  dataset: z.string().nullable().default(null),
  prompts: z.int().min(10).max(5000).default(300),
  seed: z.int().default(1),
  /** Also against the model that all started from. */
  reference: z.boolean().default(true),
});

/** How a comparison is looked at: all that a saved one keeps. */
export const compareView = z.object({
  runs: z.array(z.string()).max(500),
  /** Keys of series that are not drawn. */
  hidden: z.array(z.string()).default([]),
  axis: compareAxis.default('step'),
  band: compareBand.default('min–max'),
  logX: z.boolean().default(false),
  logY: z.boolean().default(false),
  /** Metrics that are drawn; null: those that say most. */
  metrics: z.array(z.string()).nullable().default(null),
  baseline: z.string().nullable().default(null),
  judge: compareJudge.default('gold'),
});
export type CompareView = z.infer<typeof compareView>;

export const savedComparison = z.object({
  id: z.string(),
  name: z.string(),
  view: compareView,
  createdAt: z.string(),
  updatedAt: z.string(),
});
export type SavedComparison = z.infer<typeof savedComparison>;
