/** The three estimators of KL(π ‖ π_ref) side by side on the same samples, each with its interval. */
import { meanInterval, sum } from '../../base/statistics.ts';
import { klEstimators, klPerToken } from '../rollouts/kl.ts';

/**
 * kl/k1, kl/k2, kl/k3: mean over answers of the sum over their tokens, nats an answer; kl/NAME_ci: half the width of Student's 95% interval. Rows hold
 * the log-probabilities of real tokens only, drawn from π. Where k1 and k3 disagree beyond their intervals, the sample is too small.
 */
export function klPanel(
  logprobs: readonly Float64Array[],
  references: readonly Float64Array[],
): Record<string, number> {
  return Object.fromEntries(
    klEstimators.all.flatMap(({ id }) => {
      const perAnswer = klPerToken(id, logprobs, references).map((row) => sum(row));
      const { value, high } = meanInterval(perAnswer);
      return [
        [`kl/${id}`, value],
        [`kl/${id}_ci`, high - value],
      ];
    }),
  );
}
