/** Imports and exports of models at work: they go on when their page is left, and stay until the user has seen how they ended. */
import { create } from 'zustand';
import type { ExportedModel, Input, ModelSummary, WorkProgress } from '../../../preload/contract/index.ts';
import { queries, stream } from '../../host.ts';

export type ImportRequest = Input<'models.import'>;
export type ExportRequest = Input<'models.export'>;

export type WorkState =
  | { readonly is: 'running'; readonly progress: WorkProgress; readonly cancel: () => void }
  | { readonly is: 'failed'; readonly error: Error; readonly again: () => void }
  | { readonly is: 'cancelled'; readonly again: () => void }
  | { readonly is: 'imported'; readonly model: ModelSummary }
  | { readonly is: 'exported'; readonly out: ExportedModel };

export interface ModelWork {
  readonly id: number;
  /** "SmolLM2-135M", "helpful-ref as GGUF". */
  readonly title: string;
  readonly kind: 'import' | 'export';
  /** From the hub: a stop keeps what came. */
  readonly fromHub: boolean;
  readonly state: WorkState;
}

export const useModelWork = create<{ readonly works: readonly ModelWork[] }>()(() => ({ works: [] }));

let next = 1;
const STARTING: WorkProgress = { stage: 'starting', done: 0, total: 0 };

function become(id: number, change: (state: WorkState) => WorkState): void {
  useModelWork.setState(({ works }) => ({
    works: works.map((work) => (work.id === id ? { ...work, state: change(work.state) } : work)),
  }));
}

export const dismissWork = (id: number): void =>
  useModelWork.setState(({ works }) => ({ works: works.filter((work) => work.id !== id) }));

type Open = (onProgress: (progress: WorkProgress) => void) => { close(): void; done: Promise<WorkState> };

/** Runs a stream as one work; tried again it takes the place of the one that failed. */
function run(facts: Omit<ModelWork, 'id' | 'state'>, open: Open): void {
  const id = next++;
  let cancelled = false;
  const again = () => {
    dismissWork(id);
    run(facts, open);
  };
  const onProgress = (progress: WorkProgress) =>
    become(id, (state) => (state.is === 'running' ? { ...state, progress } : state));
  const handle = open(onProgress);
  const cancel = () => {
    cancelled = true;
    handle.close();
    become(id, () => ({ is: 'cancelled', again }));
  };
  const work: ModelWork = { ...facts, id, state: { is: 'running', progress: STARTING, cancel } };
  useModelWork.setState(({ works }) => ({ works: [work, ...works] }));
  handle.done.then(
    (state) => !cancelled && become(id, () => state),
    (error: Error) => !cancelled && become(id, () => ({ is: 'failed', error, again })),
  );
}

export function startImport(title: string, request: ImportRequest): void {
  run({ title, kind: 'import', fromHub: 'hub' in request.source }, (onProgress) => {
    const { close, done } = stream('models.import', request, onProgress);
    const ended = done.then((model): WorkState => {
      void queries.invalidateQueries({ queryKey: ['models.list'] });
      return { is: 'imported', model };
    });
    return { close, done: ended };
  });
}

export function startExport(title: string, request: ExportRequest): void {
  run({ title, kind: 'export', fromHub: false }, (onProgress) => {
    const { close, done } = stream('models.export', request, onProgress);
    return { close, done: done.then((out): WorkState => ({ is: 'exported', out })) };
  });
}
