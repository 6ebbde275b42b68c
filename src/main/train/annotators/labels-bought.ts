/** What a run of online DPO asked its annotator, counted from its metrics. */
import { sum } from '../../base/statistics.ts';

/** Labels that the steps with these metrics bought; two answers of the same text ask nobody. Other methods buy none. */
export const labelsBought = (steps: readonly Readonly<Record<string, number | null>>[]): number =>
  sum(steps.map((metrics) => (metrics['pairs/labels_bought'] ?? 0) - (metrics['pairs/identical'] ?? 0)));
