/** From a reward source's scores to the scores that are learnt from: end penalty, running scaling, clipping. */

import type { RolloutOptions } from './options.ts';
import type { Rollout } from './rollout.ts';
import { deviationOf, type Moments, withBatch } from './running-moments.ts';

type ScoreOptions = Pick<RolloutOptions, 'missing_eos_penalty' | 'use_score_scaling' | 'use_score_norm' | 'score_clip'>;

/** Scores after the penalty, then scaled by the running moments (which this batch joins first), then clipped. */
export function learntScores(
  rollouts: readonly Rollout[],
  before: Moments,
  options: ScoreOptions,
): { readonly scores: number[]; readonly moments: Moments } {
  const penalty = options.missing_eos_penalty ?? 0;
  const scores = rollouts.map(({ score, containsEos }) => (containsEos ? score : score - penalty));
  const moments = options.use_score_scaling ? withBatch(before, scores) : before;
  const centre = options.use_score_norm ? moments.mean : 0;
  const scaled = options.use_score_scaling ? scores.map((s) => (s - centre) / (deviationOf(moments) + 1e-8)) : scores;
  const limit = options.score_clip ?? Number.POSITIVE_INFINITY;
  return { scores: scaled.map((s) => Math.min(limit, Math.max(-limit, s))), moments };
}
