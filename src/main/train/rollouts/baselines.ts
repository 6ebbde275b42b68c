/** Advantages without a critic: an answer's score against other answers to the same prompt, or against a running mean. */
import { mean, standardDeviation } from '../../base/statistics.ts';

/** Added to the standard deviation when scores are normalised (TRL's value). */
const EPSILON = 1e-4;

/** RLOO (Ahmadian et al., 2402.14740, eq. 6): score minus the mean of the other k − 1 scores. `groups`: [prompt][sample]. */
export function leaveOneOut(groups: readonly (readonly number[])[]): number[][] {
  return groups.map((scores) => {
    const k = scores.length;
    if (k < 2) throw new RangeError(`RLOO needs at least 2 answers to a prompt, found ${k}`);
    const centre = mean(scores);
    // r − (Σ − r) / (k − 1) = (r − mean) k / (k − 1)
    return scores.map((score) => ((score - centre) * k) / (k - 1));
  });
}

export type ScaleRewards = 'group' | 'batch' | 'none';

/** GRPO (Shao et al., 2402.03300, section 4.1.1): (score − group mean) / std of the group, of the batch, or not divided (Dr. GRPO, 2503.20783). */
export function groupNormalised(groups: readonly (readonly number[])[], scale: ScaleRewards): number[][] {
  const batch = standardDeviation(groups.flat());
  return groups.map((scores) => {
    const centre = mean(scores);
    const spread = { group: standardDeviation(scores), batch, none: 1 - EPSILON }[scale];
    return scores.map((score) => (score - centre) / (spread + EPSILON));
  });
}

/** Mean 0 and standard deviation 1 over the whole batch. */
export function normaliseBatch(groups: readonly (readonly number[])[]): number[][] {
  const all = groups.flat();
  const centre = mean(all);
  const spread = standardDeviation(all) + EPSILON;
  return groups.map((scores) => scores.map((score) => (score - centre) / spread));
}

/** REINFORCE (Williams 1992) with an exponential running mean of scores as baseline; `baseline` null = none yet, the first batch's mean is used. */
export function againstRunningMean(
  scores: readonly number[],
  baseline: number | null,
  decay: number,
): { readonly advantages: number[]; readonly baseline: number } {
  const now = mean(scores);
  const before = baseline ?? now;
  // read before it is updated, so that a batch is not measured against itself
  return { advantages: scores.map((score) => score - before), baseline: decay * before + (1 - decay) * now };
}
