/** A host: store, runner and handlers over one workspace, for whatever transport the entry adds. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Handle } from '../../preload/contract/rpc.ts';
import type { FileHandle } from '../../preload/contract/system.ts';
import { openStore } from '../data/store/open.ts';
import type { RunRecord } from '../data/store/runs.ts';
import type { WritableStore } from '../data/store/store.ts';
import { JobRunner } from '../jobs/runner.ts';
import type { SpawnJob } from '../jobs/spawn.ts';
import { createFileTable, type FileTable } from './file-table.ts';
import { createHandle } from './handlers.ts';
import { registerModel } from './models.ts';
import { prepareWorkspace, type Workspace } from './workspace.ts';

export interface HostOptions {
  readonly kind: 'desktop' | 'browser' | 'cli';
  readonly workspace: Workspace;
  /** How job processes are started. */
  readonly spawn: SpawnJob;
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
  const { kind, workspace, spawn, pickPath } = options;
  prepareWorkspace(workspace);
  const store = openStore(workspace.database);
  const files = createFileTable(workspace.uploads);
  const onResult = (run: RunRecord) => keepModel(store, workspace, run);
  const runner = new JobRunner({ store, workspace, spawn, onResult }).start();
  const pickFile =
    pickPath &&
    (async (title: string, extensions: readonly string[]): Promise<FileHandle | null> => {
      const path = await pickPath(title, extensions);
      return path === null ? null : files.add(path);
    });
  return {
    handle: createHandle({ kind, workspace, store, runner, files, pickFile }),
    files,
    store,
    runner,
    async close() {
      await runner.close();
      files.close();
      store.close();
    },
  };
}

/** A run that left a model in its folder enters it into the registry. */
function keepModel(store: WritableStore, workspace: Workspace, run: RunRecord): void {
  if (!existsSync(join(run.outputDir, 'config.json'))) return;
  registerModel(store, workspace, run.outputDir, {
    name: run.name,
    origin: run.name,
    runId: run.id,
    parent: run.model,
  });
}
