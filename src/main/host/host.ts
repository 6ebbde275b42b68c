/** A host: store, runner and handlers over one workspace, for whatever transport the entry adds. */
import type { Handle } from '../../preload/contract/rpc.ts';
import type { Command } from '../../preload/contract/system.ts';
import type { WritableStore } from '../data/store/store.ts';
import { createGenerationProcess } from '../jobs/generation/process.ts';
import { createQuickstarts } from '../jobs/quickstart-driver.ts';
import type { JobRunner } from '../jobs/runner.ts';
import type { SpawnGeneration, SpawnJob } from '../jobs/spawn.ts';
import { createFileTable, type FileTable } from './file-table.ts';
import { createHandle } from './handlers.ts';
import { keptMatches } from './kept-matches.ts';
import { createRemovedModels } from './removed-models.ts';
import { judgeKeyOf } from './run-judges.ts';
import { type Secrets, sessionSecrets } from './secrets.ts';
import type { NativeServices } from './services.ts';
import { threadBudget } from './settings-file.ts';
import { createTasks } from './tasks.ts';
import { openWorkbench } from './workbench.ts';
import type { Workspace } from './workspace.ts';

export interface HostOptions {
  readonly kind: 'desktop' | 'browser' | 'cli';
  readonly workspace: Workspace;
  /** How job processes are started. */
  readonly spawn: SpawnJob;
  /** How the process is started that generates. */
  readonly spawnGeneration: SpawnGeneration;
  /** Keys of this session alone when absent. */
  readonly secrets?: Secrets;
  readonly native?: NativeServices;
}

export interface Host {
  readonly handle: Handle;
  readonly files: FileTable;
  readonly store: WritableStore;
  readonly runner: JobRunner;
  /** Asks the page for something, as a menu does. */
  command(command: Command): void;
  /** Saves and stops what runs, then closes the store. */
  close(): Promise<void>;
}

/** Opens the workspace. Throws `StoreError` when its database cannot be used. */
export function openHost(options: HostOptions): Host {
  const { kind, workspace, spawn, spawnGeneration, native, secrets = sessionSecrets() } = options;
  const workbench = openWorkbench({
    workspace,
    spawn,
    budget: () => threadBudget(workspace),
    judgeKeyOf: (run) => judgeKeyOf(run, workspace, secrets),
  });
  const { store, runner } = workbench;
  const quickstarts = createQuickstarts({ store, runner, runs: workspace.runs });
  const generations = createGenerationProcess(spawnGeneration);
  const files = createFileTable(workspace.uploads);
  const tasks = createTasks(spawn, workspace);
  const removedModels = createRemovedModels(store, workspace);
  const listeners = new Set<(command: Command) => void>();
  const onCommand = (listener: (command: Command) => void) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  };
  const services = {
    kind,
    workspace,
    store,
    runner,
    quickstarts,
    generations,
    files,
    tasks,
    matches: keptMatches(store),
    removedModels,
    secrets,
    native,
    onCommand,
  };
  return {
    handle: createHandle(services),
    files,
    store,
    runner,
    command(command) {
      for (const listener of [...listeners]) listener(command);
    },
    async close() {
      quickstarts.close();
      generations.close();
      await tasks.close();
      removedModels.close();
      await workbench.close();
      files.close();
    },
  };
}
