/** What the host says about running work; one stream for the whole page. */
import { useRef } from 'react';
import { create } from 'zustand';
import type { SystemStatus } from '../preload/contract/index.ts';
import { queries, useStream } from './host.ts';

interface StatusStore {
  readonly running: SystemStatus['running'];
  readonly beside: number;
  readonly queued: number;
  readonly memoryUsedBytes: number | null;
}

export const useStatus = create<StatusStore>()(() => ({ running: null, beside: 0, queued: 0, memoryUsedBytes: null }));

/** Mounted once: keeps the status, and the lists of runs in step with what changes at the host. */
export function StatusListener(): null {
  const waiting = useRef(new Map<string, string>());
  useStream('system.status', {}, (status) => useStatus.setState(status));
  useStream('runs.changes', {}, (run) => {
    queries.setQueryData<readonly { id: string }[]>(['runs.list', {}], (runs) => {
      if (!runs) return runs;
      const found = runs.some((each) => each.id === run.id);
      return found ? runs.map((each) => (each.id === run.id ? run : each)) : [run, ...runs];
    });
    const asked = `${run.status} ${run.ratingsWaiting}`;
    if (run.ratingsWaiting > 0 || waiting.current.has(run.id)) {
      if (waiting.current.get(run.id) !== asked)
        for (const name of ['ratings.queues', 'ratings.waiting']) void queries.invalidateQueries({ queryKey: [name] });
      waiting.current.set(run.id, asked);
    }
    if (run.status === 'finished') {
      for (const name of ['results.list', 'models.list', 'datasets.list'])
        void queries.invalidateQueries({ queryKey: [name] });
    }
  });
  return null;
}
