/** Log-probabilities of sampled answers under a model. */
import type { Scorer } from '../../evaluate/scoring.ts';
import { rowOf } from './policy-pass.ts';
import type { Rollout } from './rollout.ts';

/** ln π of each answer token, the end token included. */
export async function answerLogprobs(scorer: Scorer, rollouts: readonly Rollout[]): Promise<Float64Array[]> {
  const scored = await scorer.score(rollouts.map((rollout) => rowOf(rollout).ids));
  return scored.map((row, i) => row.subarray(Math.max(0, rollouts[i].queryIds.length - 1)));
}
