/** Estimators of KL(π ‖ π_ref) from samples of π, and the controllers of the coefficient that weighs it. */
import { type Named, registry } from '../../base/registry.ts';

export interface KlEstimator extends Named {
  readonly title: string;
  /** One token's estimate in nats from ln π(t) and ln π_ref(t); t was drawn from π. */
  readonly perToken: (logprob: number, refLogprob: number) => number;
}

/** Schulman, "Approximating KL divergence" (joschu.net/blog/kl-approx.html), r = π_ref / π. */
export const klEstimators = registry<KlEstimator>('kl_estimator', [
  // −ln r: unbiased, may be negative by chance
  { id: 'k1', title: 'k1: log-ratio', perToken: (logprob, ref) => logprob - ref },
  // (ln r)² / 2: biased, low variance
  { id: 'k2', title: 'k2: half the square', perToken: (logprob, ref) => (logprob - ref) ** 2 / 2 },
  // r − 1 − ln r: unbiased and never negative
  { id: 'k3', title: 'k3: r − 1 − ln r', perToken: (logprob, ref) => Math.expm1(ref - logprob) - (ref - logprob) },
]);

/** Estimates of every token of every row, in nats; rows hold real tokens only. */
export function klPerToken(
  estimator: string,
  logprobs: readonly Float64Array[],
  refLogprobs: readonly Float64Array[],
): Float64Array[] {
  const { perToken } = klEstimators.get(estimator);
  return logprobs.map((row, i) => row.map((logprob, t) => perToken(logprob, refLogprobs[i][t])));
}

export interface AdaptiveKl {
  /** KL per answer that is aimed at, nats. */
  readonly target: number;
  /** Samples over which the coefficient may change by its own size. */
  readonly horizon: number;
}

/**
 * Next coefficient after `samples` answers with mean KL `kl` (Ziegler et al., 1909.08593, section 2.2): grows when KL is above the target,
 * by at most 20% of samples / horizon.
 */
export function nextKlCoefficient(
  coefficient: number,
  kl: number,
  samples: number,
  { target, horizon }: AdaptiveKl,
): number {
  const error = Math.min(0.2, Math.max(-0.2, kl / target - 1));
  return coefficient * (1 + (error * samples) / horizon);
}
