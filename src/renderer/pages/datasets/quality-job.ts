/** The quality report that is being made: it goes on when the tab is left. */
import { create } from 'zustand';
import type { Event, Input } from '../../../preload/contract/index.ts';
import { queries, stream } from '../../host.ts';

interface Running {
  readonly progress: Event<'quality.measure'> | null;
  readonly cancel: () => void;
}

interface QualityJobs {
  readonly running: Readonly<Record<string, Running | undefined>>;
  readonly failed: Readonly<Record<string, Error | undefined>>;
}

export const useQualityJobs = create<QualityJobs>()(() => ({ running: {}, failed: {} }));

function become(versionId: string, running: Running | undefined, error?: Error): void {
  useQualityJobs.setState((was) => ({
    running: { ...was.running, [versionId]: running },
    failed: { ...was.failed, [versionId]: error },
  }));
}

/** One at a time for a version. */
export function measureQuality(request: Input<'quality.measure'>): void {
  const { versionId } = request;
  if (useQualityJobs.getState().running[versionId]) return;
  let cancelled = false;
  const handle = stream('quality.measure', request, (progress) => {
    const now = useQualityJobs.getState().running[versionId];
    if (now) become(versionId, { ...now, progress });
  });
  const cancel = () => {
    cancelled = true;
    handle.close();
    become(versionId, undefined);
  };
  become(versionId, { progress: null, cancel });
  handle.done.then(
    (report) => {
      if (cancelled) return;
      queries.setQueryData(['quality.report', { versionId }], report);
      void queries.invalidateQueries({ queryKey: ['quality.report', { versionId }] });
      become(versionId, undefined);
    },
    (error: Error) => become(versionId, undefined, error),
  );
}
