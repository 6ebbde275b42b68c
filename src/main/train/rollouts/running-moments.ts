/** Mean and variance of a stream of batches (Chan, Golub & LeVeque 1983), for scaling rewards; its state is part of a checkpoint. */
import { mean, variance } from '../../base/statistics.ts';

export interface Moments {
  readonly mean: number;
  /** Of the population, as TRL keeps it. */
  readonly variance: number;
  readonly count: number;
}

/** Before anything was seen; TRL's start, which weighs nothing. */
export const NO_MOMENTS: Moments = { mean: 0, variance: 1, count: 1e-24 };

/** Moments after one more batch. */
export function withBatch(before: Moments, batch: ArrayLike<number>): Moments {
  const n = batch.length;
  if (n === 0) return before;
  const centre = mean(batch);
  const count = before.count + n;
  const delta = centre - before.mean;
  const squares = before.variance * before.count + variance(batch, 0) * n + (delta ** 2 * before.count * n) / count;
  return { mean: before.mean + (delta * n) / count, variance: squares / count, count };
}

/** Bessel-corrected standard deviation. */
export const deviationOf = ({ variance: population, count }: Moments): number =>
  count > 1 ? Math.sqrt((population * count) / (count - 1)) : 1;
