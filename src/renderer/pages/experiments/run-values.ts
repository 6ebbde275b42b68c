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
export const klOf = (run: RunSummary) => metric(run, 'objective/kl', 'kl');
