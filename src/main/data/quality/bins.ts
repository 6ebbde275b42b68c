/** Histograms: bins of equal, round width. */
import { quantile } from '../../base/statistics.ts';

const BINS = 16;

/** The smallest of 1, 2, 5 · 10ⁿ that is at least `width`. */
export function roundWidth(width: number): number {
  const power = 10 ** Math.floor(Math.log10(width));
  return [1, 2, 5, 10].map((step) => step * power).find((step) => step >= width * (1 - 1e-9)) ?? 10 * power;
}

/** Width for which most of the values (95%) lie in 16 bins from 0 on; whole. */
export function binWidth(values: ArrayLike<number>): number {
  if (values.length === 0) return 1;
  return Math.max(1, roundWidth(Math.max(1, quantile(values, 0.95)) / (BINS - 1)));
}

/** Counts per bin; the last bin holds everything above as well, the first everything below. */
export function countBins(values: ArrayLike<number>, from: number, width: number, bins = BINS): number[] {
  const counts = new Array<number>(bins).fill(0);
  for (let i = 0; i < values.length; i++)
    counts[Math.min(bins - 1, Math.max(0, Math.floor((values[i] - from) / width)))]++;
  return counts;
}
