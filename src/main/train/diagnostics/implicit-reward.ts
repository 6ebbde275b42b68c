/** The implicit reward β·ln π/π_ref of an answer: token by token, and against an explicit reward. */
import { standardDeviation } from '../../base/statistics.ts';
import { spearman } from '../../base/statistics-correlation.ts';

/** β (ln π − ln π_ref) of each token; their sum is the answer's implicit reward. Rows belong to the same tokens. */
export const tokenRewards = (logprobs: ArrayLike<number>, references: ArrayLike<number>, beta: number): number[] =>
  Array.from(logprobs, (logprob, t) => beta * (logprob - references[t]));

/** Spearman's ρ between ln π/π_ref of answers and their explicit reward: do both call the same answers good? NaN when one does not vary. */
export const rewardAgreement = (logRatios: readonly number[], rewards: readonly number[]): number =>
  logRatios.length < 2 ? Number.NaN : spearman(logRatios, rewards).value;

/**
 * Mean over prompts of the standard deviation of r − β ln π/π_ref among the answers to one prompt, which stand side by side: 0 at the optimum of
 * E[r] − β KL, whatever Z(x) is (DPO, 2305.18290, eq. 5).
 */
export function distanceFromOptimum(
  rewards: readonly number[],
  logRatios: readonly number[],
  beta: number,
  perPrompt: number,
): number {
  let total = 0;
  for (let at = 0; at < rewards.length; at += perPrompt) {
    const left = rewards.slice(at, at + perPrompt).map((reward, i) => reward - beta * logRatios[at + i]);
    total += standardDeviation(left, 0);
  }
  return total / (rewards.length / perPrompt);
}
