/** Keeps what a page shows of a running job in step with it, without asking at every one of its events. */
import { useEffect, useRef } from 'react';
import type { RunStatus } from '../preload/contract/index.ts';
import { queries, useStream } from './host.ts';

export const isActive = (status: RunStatus): boolean =>
  status === 'queued' || status === 'running' || status === 'paused';

/** Between two looks at what a running job has found. */
const NEWS_MS = 700;

/** Asks anew while the run goes on, at most so often, and once more when it ends. */
export function useNews(
  run: { readonly id: string; readonly status: RunStatus } | undefined,
  names: readonly string[],
): void {
  const last = useRef(0);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  useStream('runs.watch', run && isActive(run.status) ? { id: run.id } : null, () => {
    if (timer.current !== undefined) return;
    timer.current = setTimeout(
      () => {
        timer.current = undefined;
        last.current = Date.now();
        for (const name of names) void queries.invalidateQueries({ queryKey: [name] });
      },
      Math.max(0, last.current + NEWS_MS - Date.now()),
    );
  });
}
