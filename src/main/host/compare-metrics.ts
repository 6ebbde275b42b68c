/** Which curves a comparison shows when nobody has chosen: those that say most, of what the runs have in common. */
import type { CompareSet } from '../../preload/contract/compare.ts';

/** By worth; of each list the first that there is. */
const TELLING: readonly (readonly string[])[] = [
  ['eval_objective/gold', 'objective/gold', 'eval_objective/scores', 'objective/scores'],
  ['eval_objective/kl', 'objective/kl', 'eval_kl/k1'],
  ['eval_tokens/responses_len_mean', 'eval_completions/mean_length', 'completions/mean_length'],
  ['eval_rewards/margins', 'rewards/margins', 'eval_margin', 'margin'],
  ['eval_rewards/accuracies', 'rewards/accuracies', 'eval_accuracy', 'accuracy'],
  ['loss', 'loss/policy_avg'],
  ['grad_norm'],
];
/** With the frontier beside them they fill two rows. */
const MOST = 3;

export function tellingMetrics(metrics: CompareSet['metrics'], series: number): string[] {
  const counts = new Map(metrics.map((metric) => [metric.name, metric.series]));
  // what only one of many has cannot be compared
  const least = Math.min(2, series);
  const found = TELLING.flatMap((names) => names.find((name) => (counts.get(name) ?? 0) >= least) ?? []);
  return found.slice(0, MOST);
}
