/** What the handlers of the contract work with, and the shape of a handler. */
import type { z } from 'zod';
import type { Contract, Event, FileHandle, Name, Output, StreamName } from '../../preload/contract/index.ts';
import type { WritableStore } from '../data/store/store.ts';
import type { GenerationProcess } from '../jobs/generation/process.ts';
import type { Quickstarts } from '../jobs/quickstart-driver.ts';
import type { JobRunner } from '../jobs/runner.ts';
import type { FileTable } from './file-table.ts';
import type { Workspace } from './workspace.ts';

export interface HostServices {
  readonly kind: 'desktop' | 'browser' | 'cli';
  readonly workspace: Workspace;
  readonly store: WritableStore;
  readonly runner: JobRunner;
  readonly quickstarts: Quickstarts;
  readonly generations: GenerationProcess;
  readonly files: FileTable;
  /** A native dialog; absent where files come by upload. */
  pickFile?(title: string, extensions: readonly string[]): Promise<FileHandle | null>;
}

/** `emit` sends an event of a stream; `signal` aborts when the page closes it. */
export interface Exchange<N extends Name> {
  emit(event: N extends StreamName ? Event<N> : never): void;
  readonly signal: AbortSignal;
}

export type Handler<N extends Name> = (
  input: z.output<Contract[N]['input']>,
  exchange: Exchange<N>,
) => Promise<Output<N>> | Output<N>;

/** One handler for each name of a namespace: a name that is missing does not compile. */
export type Handlers<Namespace extends string> = {
  readonly [N in Name as N extends `${Namespace}.${string}` ? N : never]: Handler<N>;
};

/** Settles when the page closes the stream. */
export function closed(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
