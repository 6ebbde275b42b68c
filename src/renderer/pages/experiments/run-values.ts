/** The numbers of a run that tables show. */
import type { RunSummary } from '../../../preload/contract/index.ts';

/** First of the metrics that the run has. */
const metric = (run: RunSummary, ...names: readonly string[]): number | null => {
  for (const name of names) {
    const value = run.latest[name];
    if (value != null) return value;
  }
  return null;
};

/** How long a run took, or has taken so far. */
export const secondsOf = (run: RunSummary): number | null => {
  if (run.startedAt === null) return null;
  const end = run.endedAt === null ? Date.now() : Date.parse(run.endedAt);
  return (end - Date.parse(run.startedAt)) / 1000;
};

export const lossOf = (run: RunSummary) => metric(run, 'eval_loss', 'loss');
export const marginOf = (run: RunSummary) => metric(run, 'eval_rewards/margins', 'rewards/margins');
export const klOf = (run: RunSummary) => metric(run, 'eval_objective/kl', 'objective/kl', 'kl');
export const goldOf = (run: RunSummary) => metric(run, 'eval_objective/gold', 'objective/gold');
export const lengthOf = (run: RunSummary) =>
  metric(
    run,
    'eval_tokens/responses_len_mean',
    'eval_completions/mean_length',
    'tokens/responses_len_mean',
    'completions/mean_length',
  );
export const accuracyOf = (run: RunSummary) => metric(run, 'eval_rewards/accuracies', 'rewards/accuracies');

/** What the last values of a run warn of, in one sentence each; the run's page has the numbers over time. */
export function summaryWarnings(run: RunSummary): readonly string[] {
  const { latest } = run;
  // a single batch is noise: while the run goes on, only evaluations count
  const prefixes = run.status === 'running' ? ['eval_'] : ['eval_', ''];
  const chosen = metric(run, ...prefixes.map((prefix) => `${prefix}rewards/chosen`));
  const margin = metric(run, ...prefixes.map((prefix) => `${prefix}rewards/margins`));
  const ended = latest['val/contain_eos_token'];
  return [
    latest.loss === null ? 'The loss is not a finite number.' : '',
    chosen !== null && margin !== null && chosen < 0 && margin > 0
      ? 'Chosen answers are less likely than under the reference, while the margin is positive.'
      : '',
    ended != null && ended < 0.8 ? 'Many answers do not end by themselves.' : '',
  ].filter(Boolean);
}
