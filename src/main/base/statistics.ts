/** Means, spreads, quantiles and intervals in float64: one definition for losses' metrics and for reports. */
import { normalQuantile, studentQuantile } from './distributions.ts';
import type { Random } from './random.ts';

/** Mean of the entries from `from` to `to`; 0 when there are none. */
export function mean(values: ArrayLike<number>, from = 0, to = values.length): number {
  if (to <= from) return 0;
  return sum(values, from, to) / (to - from);
}

export function sum(values: ArrayLike<number>, from = 0, to = values.length): number {
  let total = 0;
  for (let i = from; i < to; i++) total += values[i];
  return total;
}

/** Σ value·mask / Σ mask; 0 when the mask is empty. The mask may hold weights. */
export function maskedMean(values: ArrayLike<number>, mask: ArrayLike<number>): number {
  if (values.length !== mask.length)
    throw new RangeError(`maskedMean: ${values.length} values but ${mask.length} mask entries`);
  let total = 0;
  let weight = 0;
  for (let i = 0; i < values.length; i++) {
    if (mask[i] === 0) continue; // a masked NaN must not count
    total += values[i] * mask[i];
    weight += mask[i];
  }
  return weight === 0 ? 0 : total / weight;
}

/** Σ (x − mean)² / (n − lostDegrees): 1 is the unbiased sample variance, 0 the population's. 0 when n ≤ lostDegrees. */
export function variance(values: ArrayLike<number>, lostDegrees: 0 | 1 = 1): number {
  if (values.length <= lostDegrees) return 0;
  const centre = mean(values);
  let squares = 0;
  for (let i = 0; i < values.length; i++) squares += (values[i] - centre) ** 2;
  return squares / (values.length - lostDegrees);
}

export const standardDeviation = (values: ArrayLike<number>, lostDegrees: 0 | 1 = 1): number =>
  Math.sqrt(variance(values, lostDegrees));

/** The p-quantile with linear interpolation between order statistics (Hyndman & Fan 1996, type 7: numpy's and R's default). */
export function quantile(values: ArrayLike<number>, p: number): number {
  return quantileOfSorted(Float64Array.from(values).sort(), p);
}

function quantileOfSorted(sorted: Float64Array, p: number): number {
  if (sorted.length === 0) throw new RangeError('quantile of no values');
  checkProbability(p);
  const place = (sorted.length - 1) * p;
  const below = Math.floor(place);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
}

export const median = (values: ArrayLike<number>): number => quantile(values, 0.5);

function checkProbability(p: number): void {
  if (!(p >= 0 && p <= 1)) throw new RangeError(`a probability must lie in [0, 1], found ${p}`);
}

export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** z of a two-sided interval: 1.96 for 0.95. */
const zOf = (confidence: number): number => normalQuantile((1 + confidence) / 2);

/**
 * Interval of a share (Wilson 1927): right also near 0 and 1 and for small n. `successes` may hold halves (ties). n = 0 gives [0, 1].
 */
export function wilsonInterval(successes: number, n: number, confidence = 0.95): Interval {
  if (!(n >= 0) || !(successes >= 0) || successes > n)
    throw new RangeError(`wilsonInterval: ${successes} successes out of ${n}`);
  if (n === 0) return { low: 0, high: 1 };
  const z = zOf(confidence);
  const share = successes / n;
  const shrink = 1 + z ** 2 / n;
  const centre = (share + z ** 2 / (2 * n)) / shrink;
  const half = (z / shrink) * Math.sqrt((share * (1 - share)) / n + z ** 2 / (4 * n ** 2));
  return { low: Math.max(0, centre - half), high: Math.min(1, centre + half) };
}

export interface Estimate extends Interval {
  readonly value: number;
}

/** Difference of two independent shares, first minus second (Newcombe 1998, method 10: Wilson's intervals combined, no continuity correction). */
export function shareDifference(
  first: { readonly successes: number; readonly n: number },
  second: { readonly successes: number; readonly n: number },
  confidence = 0.95,
): Estimate {
  const p = first.successes / first.n;
  const q = second.successes / second.n;
  const one = wilsonInterval(first.successes, first.n, confidence);
  const two = wilsonInterval(second.successes, second.n, confidence);
  return {
    value: p - q,
    low: p - q - Math.hypot(p - one.low, two.high - q),
    high: p - q + Math.hypot(one.high - p, q - two.low),
  };
}

export interface Outcomes {
  readonly wins: number;
  readonly ties: number;
  readonly losses: number;
}

/**
 * (wins + ½ ties) / n with Wilson's interval on that count. A tie varies less than a win or a loss, so with ties the interval is, if anything, too
 * wide. Without comparisons: ½ in [0, 1].
 */
export function winRate({ wins, ties, losses }: Outcomes, confidence = 0.95): Estimate {
  const n = wins + ties + losses;
  const points = wins + ties / 2;
  return { value: n === 0 ? 0.5 : points / n, ...wilsonInterval(points, n, confidence) };
}

/** Mean with Student's interval: of prompts, of pairs, or of a few seeds (3 seeds: ± 4.30 standard errors). One value: an infinite interval. */
export function meanInterval(values: ArrayLike<number>, confidence = 0.95): Estimate {
  const value = mean(values);
  if (values.length < 2) return { value, low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY };
  const half =
    studentQuantile((1 + confidence) / 2, values.length - 1) * (standardDeviation(values) / Math.sqrt(values.length));
  return { value, low: value - half, high: value + half };
}

export interface BootstrapOptions {
  readonly random: Random;
  readonly resamples?: number;
  readonly confidence?: number;
}

/**
 * Mean difference of paired values, first minus second, with a percentile bootstrap over the pairs (Efron & Tibshirani 1993, ch. 13): one pair a
 * prompt, so that what two runs share cancels. `shareAbove` is the share of resamples with a difference above 0.
 */
export function pairedBootstrap(
  first: ArrayLike<number>,
  second: ArrayLike<number>,
  { random, resamples = 10_000, confidence = 0.95 }: BootstrapOptions,
): Estimate & { readonly shareAbove: number } {
  if (first.length !== second.length || first.length === 0)
    throw new RangeError(`pairedBootstrap: needs pairs, found ${first.length} and ${second.length} values`);
  const differences = Float64Array.from(first, (value, i) => value - second[i]);
  const means = new Float64Array(resamples).map(() => resampledMean(differences, random));
  means.sort();
  const tail = (1 - confidence) / 2;
  return {
    value: mean(differences),
    low: quantileOfSorted(means, tail),
    high: quantileOfSorted(means, 1 - tail),
    shareAbove: means.reduce((count, value) => count + (value > 0 ? 1 : 0), 0) / resamples,
  };
}

function resampledMean(values: Float64Array, random: Random): number {
  let total = 0;
  for (let i = 0; i < values.length; i++) total += values[random.integer(values.length)];
  return total / values.length;
}
