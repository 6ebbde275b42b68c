/** What the handlers of the contract work with, and the shape of a handler. */
import type { z } from 'zod';
import type { Command, Contract, Event, Name, Output, StreamName } from '../../preload/contract/index.ts';
import type { WritableStore } from '../data/store/store.ts';
import type { GenerationProcess } from '../jobs/generation/process.ts';
import type { Quickstarts } from '../jobs/quickstart-driver.ts';
import type { JobRunner } from '../jobs/runner.ts';
import type { FileTable } from './file-table.ts';
import type { KeptMatches } from './kept-matches.ts';
import type { RemovedModels } from './removed-models.ts';
import type { Secrets } from './secrets.ts';
import type { HostTasks } from './tasks.ts';
import type { Workspace } from './workspace.ts';

export interface HostServices {
  readonly kind: 'desktop' | 'browser' | 'cli';
  readonly workspace: Workspace;
  readonly store: WritableStore;
  readonly runner: JobRunner;
  readonly quickstarts: Quickstarts;
  readonly generations: GenerationProcess;
  readonly files: FileTable;
  readonly tasks: HostTasks;
  /** Answers about the rows of versions. */
  readonly matches: KeptMatches;
  readonly removedModels: RemovedModels;
  readonly secrets: Secrets;
  /** What the system's own windows and dialogs do; absent where there are none. */
  readonly native?: NativeServices;
  /** What the window's menus ask of the page; returns a function that ends it. */
  onCommand(listener: (command: Command) => void): () => void;
}

/** Dialogs and windows of the desktop. */
export interface NativeServices {
  /** The path the user chose, or null. */
  pickPath(title: string, extensions: readonly string[], kind: 'file' | 'folder'): Promise<string | null>;
  /** Opens the system's window for files on a file or folder. */
  showPath?(path: string): Promise<void>;
  /** Asks for another workspace and starts the program again in it; false when the user thought better of it. */
  changeWorkspace?(): Promise<boolean>;
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
