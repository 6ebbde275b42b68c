/** Runs that end, each once, and what is said of them. */
import type { RunStatus, RunSummary } from '../../preload/contract/runs.ts';
import type { JobRunner } from '../jobs/runner.ts';

const OVER: readonly RunStatus[] = ['finished', 'failed'];

/** Calls `tell` when a run that was seen at work is finished or has failed. A run that the user stopped is no news. Returns a function that ends it. */
export function runEnds(runner: Pick<JobRunner, 'onChange'>, tell: (run: RunSummary) => void): () => void {
  const working = new Set<string>();
  return runner.onChange((run) => {
    if (run.status === 'running') working.add(run.id);
    else if (working.has(run.id) && OVER.includes(run.status)) {
      working.delete(run.id);
      tell(run);
    } else if (run.status === 'stopped') working.delete(run.id);
  });
}

export function noticeOf({ name, status, step, error }: RunSummary): { title: string; body: string } {
  if (status === 'failed') return { title: `${name} failed at step ${step}`, body: error ?? 'Its page says why.' };
  return { title: `${name} is finished`, body: `${step} steps. Its curves and samples are on its page.` };
}
