/** Whether a run that was trained again came out the same: metrics step by step, and the weights of both ends. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { MetricPoint } from '../../../preload/contract/runs.ts';
import { openSafetensors } from '../../data/checkpoints/safetensors.ts';

/** Metrics that tell of the machine. */
const OF_THE_MACHINE = /^time\/|_per_second$|_runtime$/;

export interface MetricDifference {
  readonly metric: string;
  /** First step at which the two differ by more than the tolerance. */
  readonly first_step: number;
  readonly run: number | null;
  readonly replay: number | null;
  /** Over all steps; null where a value is missing or not finite on one side. */
  readonly largest_difference: number | null;
  readonly non_finite: boolean;
}

export interface MetricCheck {
  readonly steps: number;
  /** Metrics that agree in every step. */
  readonly same: readonly string[];
  readonly different: readonly MetricDifference[];
  /** Metrics that only one of the two has; a replay samples nothing and asks nobody. */
  readonly only_run: readonly string[];
  readonly only_replay: readonly string[];
}

const namesOf = (points: readonly MetricPoint[]): Set<string> =>
  new Set(points.flatMap(({ values }) => Object.keys(values)).filter((name) => !OF_THE_MACHINE.test(name)));

/** NaN stands for null, a value that was not finite: two of them are the same. */
const apart = (a: number | null, b: number | null): number =>
  a === b ? 0 : a === null || b === null ? Number.POSITIVE_INFINITY : Math.abs(a - b);

/** JSON has no infinity. */
const furthestOf = (largest: number): { readonly largest_difference: number | null; readonly non_finite: boolean } =>
  Number.isFinite(largest)
    ? { largest_difference: largest, non_finite: false }
    : { largest_difference: null, non_finite: true };

export interface MetricCheckOptions {
  /** Absolute; 0: bit for bit. */
  readonly tolerance: number;
  /** Metrics that are not held against each other. */
  readonly leaveOut?: readonly string[];
}

/** Training and evaluation points of both, held against each other by step. */
export function checkMetrics(
  run: readonly MetricPoint[],
  replay: readonly MetricPoint[],
  { tolerance, leaveOut = [] }: MetricCheckOptions,
): MetricCheck {
  const keyOf = ({ step, evaluation }: MetricPoint) => `${step} ${evaluation}`;
  const again = new Map(replay.map((point) => [keyOf(point), point]));
  const [mine, theirs] = [namesOf(run), namesOf(replay)];
  for (const name of leaveOut) for (const names of [mine, theirs]) names.delete(name);
  const shared = [...mine].filter((name) => theirs.has(name)).sort();
  const different = shared.flatMap((metric) => {
    let first: MetricDifference | undefined;
    let largest = 0;
    for (const point of run) {
      const other = again.get(keyOf(point));
      const [a, b] = [point.values[metric], other?.values[metric]];
      if (a === undefined) continue;
      const difference = b === undefined ? Number.POSITIVE_INFINITY : apart(a, b);
      largest = Math.max(largest, difference);
      if (difference > tolerance)
        first ??= { metric, first_step: point.step, run: a, replay: b ?? null, ...furthestOf(0) };
    }
    return first ? [{ ...first, ...furthestOf(largest) }] : [];
  });
  const differing = new Set(different.map(({ metric }) => metric));
  return {
    steps: run.filter(({ evaluation }) => !evaluation).length,
    same: shared.filter((name) => !differing.has(name)),
    different: different.sort((a, b) => a.first_step - b.first_step),
    only_run: [...mine].filter((name) => !theirs.has(name)).sort(),
    only_replay: [...theirs].filter((name) => !mine.has(name)).sort(),
  };
}

export interface WeightCheck {
  /** Relative to the run's folder. */
  readonly file: string;
  readonly tensors: number;
  /** Tensors that differ by more than the tolerance, or that one side lacks. */
  readonly different: readonly string[];
  /** null where a tensor is missing, of another size, or not finite on one side. */
  readonly largest_difference: number | null;
  readonly non_finite: boolean;
}

/** Weights that a run leaves in its folder; a critic's, where it has one. */
const WEIGHTS = ['model.safetensors', 'adapter_model.safetensors', 'value_model/model.safetensors'];

/** The weights in two folders, tensor by tensor. Throws CheckpointError for a file that is none. */
export function checkWeights(run: string, replay: string, tolerance: number): readonly WeightCheck[] {
  return WEIGHTS.filter((file) => existsSync(join(run, file)) || existsSync(join(replay, file))).map((file) => {
    if (!existsSync(join(run, file)) || !existsSync(join(replay, file)))
      return { file, tensors: 0, different: ['the whole file'], ...furthestOf(Number.POSITIVE_INFINITY) };
    const [mine, theirs] = [run, replay].map((folder) => openSafetensors(join(folder, file)));
    const names = [...new Set([...mine.entries.keys(), ...theirs.entries.keys()])].sort();
    let largest = 0;
    const different = names.filter((name) => {
      const difference =
        mine.entries.has(name) && theirs.entries.has(name)
          ? furthest(mine.float32(name), theirs.float32(name))
          : Number.POSITIVE_INFINITY;
      largest = Math.max(largest, difference);
      return difference > tolerance;
    });
    return { file, tensors: names.length, different, ...furthestOf(largest) };
  });
}

function furthest(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY;
  let largest = 0;
  for (let i = 0; i < a.length; i++) {
    const difference = Object.is(a[i], b[i]) ? 0 : Math.abs(a[i] - b[i]);
    if (!(difference <= largest)) largest = Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference;
  }
  return largest;
}
