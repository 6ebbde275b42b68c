/** Store and job runner over one workspace: what the hosts and every command that runs jobs are made of. */
import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { getModelByName } from '../data/store/models.ts';
import { openStore } from '../data/store/open.ts';
import type { RunRecord } from '../data/store/runs.ts';
import type { WritableStore } from '../data/store/store.ts';
import { JobRunner, type RunnerOptions } from '../jobs/runner.ts';
import { keepVerdicts } from './compare-verdicts.ts';
import { registerModel } from './model-registry.ts';
import { prepareWorkspace, type Workspace } from './workspace.ts';

export interface Workbench {
  readonly store: WritableStore;
  readonly runner: JobRunner;
  /** Saves and stops what runs, then closes the store. */
  close(): Promise<void>;
}

export interface WorkbenchOptions extends Pick<RunnerOptions, 'spawn' | 'adopts' | 'judgeKeyOf'> {
  readonly workspace: Workspace;
  /** Threads of one operator in every run; 0 = all cores. As it suits each run when absent. */
  readonly threads?: number;
  /** Threads of all runs together; all cores when absent. Asked before each run begins. */
  budget?(): number;
}

/** Weights of a model up to this size fit a core's cache, and its steps gain little from a second thread. */
const SMALL = 2_000_000;

/** Runs of one group that train small models go side by side on a core each; every other run has all cores and goes alone. */
function threadsOf(store: WritableStore, { group, model }: RunRecord): number {
  if (group === null) return 0;
  const parameters = model === null ? 0 : getModelByName(store, model)?.parameters;
  return parameters !== undefined && parameters <= SMALL ? 1 : 0;
}

/** A run of all cores has those of the budget; without one, 0 leaves it to the model's size. */
function limited(threads: number, budget: number | undefined): number {
  if (budget === undefined || budget >= availableParallelism()) return threads;
  return threads === 0 ? budget : Math.min(threads, budget);
}

/** Opens the workspace. Throws `StoreError` when its database cannot be used. */
export function openWorkbench({ workspace, threads, budget, ...options }: WorkbenchOptions): Workbench {
  prepareWorkspace(workspace);
  const store = openStore(workspace.database);
  const onResult = (run: RunRecord, result: unknown) => {
    keepModel(store, workspace, run);
    keepVerdicts(store, run, result);
  };
  const runner = new JobRunner({
    store,
    workspace,
    onResult,
    threadsOf: (run) => threads ?? limited(threadsOf(store, run), budget?.()),
    cores: budget,
    ...options,
  }).start();
  return {
    store,
    runner,
    async close() {
      await runner.close();
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
