/** The import that runs: it goes on when the wizard is left, and tells when it is done. */
import { create } from 'zustand';
import type { Event, ImportReport, Input } from '../../../preload/contract/index.ts';
import { queries, stream } from '../../host.ts';
import { clearDraft } from './import-draft.ts';

export type ImportRequest = Input<'datasets.import'>;

type ImportJob =
  | { readonly state: 'idle' }
  | {
      readonly state: 'running';
      readonly name: string;
      readonly progress: Event<'datasets.import'> | null;
      readonly cancel: () => void;
    }
  | { readonly state: 'failed'; readonly error: Error }
  | { readonly state: 'done'; readonly report: ImportReport };

export const useImportJob = create<{ readonly job: ImportJob }>()(() => ({ job: { state: 'idle' } }));

const become = (job: ImportJob): void => useImportJob.setState({ job });
export const forgetJob = (): void => become({ state: 'idle' });

/** One at a time. */
export function startImport(request: ImportRequest): void {
  if (useImportJob.getState().job.state === 'running') return;
  let cancelled = false;
  const handle = stream('datasets.import', request, (progress) => {
    const { job } = useImportJob.getState();
    if (job.state === 'running') become({ ...job, progress });
  });
  const cancel = () => {
    cancelled = true;
    handle.close();
    forgetJob();
  };
  become({ state: 'running', name: request.name, progress: null, cancel });
  handle.done.then(
    (report) => {
      if (cancelled) return;
      clearDraft();
      void queries.invalidateQueries({ queryKey: ['datasets.list'] });
      become({ state: 'done', report });
    },
    (error: Error) => become({ state: 'failed', error }),
  );
}
