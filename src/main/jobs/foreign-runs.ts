/** Runs of other programs on the same workspace: what changed since the last look, as if they ran here. */
import type { RunEvent } from '../../preload/contract/runs.ts';
import { readMetricsAfter } from '../data/store/metrics.ts';
import { getRunSummary, listUnfinishedRuns } from '../data/store/runs.ts';
import type { Store } from '../data/store/store.ts';

export interface ForeignRuns {
  /** Events since the last call by run; `isOurs` tells which runs need none. */
  news(isOurs: (id: string) => boolean): ReadonlyMap<string, readonly RunEvent[]>;
}

interface Seen {
  readonly summary: string;
  readonly step: number;
}

export function createForeignRuns(store: Store): ForeignRuns {
  let seen = new Map<string, Seen>();
  return {
    news(isOurs) {
      const found = new Map<string, RunEvent[]>();
      const next = new Map<string, Seen>();
      const unfinished = listUnfinishedRuns(store).filter((run) => !isOurs(run.id));
      const ended = [...seen.keys()]
        .filter((id) => !isOurs(id) && !unfinished.some((run) => run.id === id))
        .flatMap((id) => getRunSummary(store, id) ?? []);
      for (const run of [...unfinished, ...ended]) {
        const summary = JSON.stringify(run);
        const before = seen.get(run.id);
        if (before?.summary !== summary) {
          // a run that goes back to its checkpoint tells its steps again
          const from = Math.min(before?.step ?? run.step, run.step);
          const points = before ? readMetricsAfter(store, run.id, from) : [];
          found.set(run.id, [
            ...(points.length > 0 ? [{ type: 'metrics', points } as const] : []),
            { type: 'summary', run },
          ]);
        }
        if (!ended.includes(run)) next.set(run.id, { summary, step: run.step });
      }
      seen = next;
      return found;
    },
  };
}
