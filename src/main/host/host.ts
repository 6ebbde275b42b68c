/** A host: store, runner and handlers over one workspace, for whatever transport the entry adds. */
import type { Handle } from '../../preload/contract/rpc.ts';
import type { FileHandle } from '../../preload/contract/system.ts';
import type { WritableStore } from '../data/store/store.ts';
import { createGenerationProcess } from '../jobs/generation/process.ts';
import { createQuickstarts } from '../jobs/quickstart-driver.ts';
import type { JobRunner } from '../jobs/runner.ts';
import type { SpawnGeneration, SpawnJob } from '../jobs/spawn.ts';
import { createFileTable, type FileTable } from './file-table.ts';
import { createHandle } from './handlers.ts';
import { openWorkbench } from './workbench.ts';
import type { Workspace } from './workspace.ts';

export interface HostOptions {
  readonly kind: 'desktop' | 'browser' | 'cli';
  readonly workspace: Workspace;
  /** How job processes are started. */
  readonly spawn: SpawnJob;
  /** How the process is started that generates. */
  readonly spawnGeneration: SpawnGeneration;
  /** A native dialog that returns a path, or null when the user cancels. */
  pickPath?(title: string, extensions: readonly string[]): Promise<string | null>;
}

export interface Host {
  readonly handle: Handle;
  readonly files: FileTable;
  readonly store: WritableStore;
  readonly runner: JobRunner;
  /** Saves and stops what runs, then closes the store. */
  close(): Promise<void>;
}

/** Opens the workspace. Throws `StoreError` when its database cannot be used. */
export function openHost(options: HostOptions): Host {
  const { kind, workspace, spawn, spawnGeneration, pickPath } = options;
  const workbench = openWorkbench({ workspace, spawn });
  const { store, runner } = workbench;
  const quickstarts = createQuickstarts({ store, runner, runs: workspace.runs });
  const generations = createGenerationProcess(spawnGeneration);
  const files = createFileTable(workspace.uploads);
  const pickFile =
    pickPath &&
    (async (title: string, extensions: readonly string[]): Promise<FileHandle | null> => {
      const path = await pickPath(title, extensions);
      return path === null ? null : files.add(path);
    });
  return {
    handle: createHandle({ kind, workspace, store, runner, quickstarts, generations, files, pickFile }),
    files,
    store,
    runner,
    async close() {
      quickstarts.close();
      generations.close();
      await workbench.close();
      files.close();
    },
  };
}
