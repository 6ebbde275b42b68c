/** Where the scores of a reward model have gone since the start: Bradley-Terry fixes differences only, so their level drifts freely. */
import { mean, standardDeviation } from '../../base/statistics.ts';
import { spearman } from '../../base/statistics-correlation.ts';

/** Scores of the same answers at the start and now: change of mean and of standard deviation, and Spearman's ρ of both. */
export const rewardDrift = (start: readonly number[], now: readonly number[]): Record<string, number> => ({
  'drift/mean': mean(now) - mean(start),
  'drift/std': standardDeviation(now) - standardDeviation(start),
  'drift/rank_correlation': spearman(start, now).value,
});
