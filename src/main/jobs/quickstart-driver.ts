/** Drives quickstarts from stage to stage. All it knows stands in the store, so that a quickstart is taken up again where it ended. */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ComparisonRow, RunSummary } from '../../preload/contract/runs.ts';
import { insertComparison, listComparisons } from '../data/store/comparisons.ts';
import { appendLog } from '../data/store/log.ts';
import { getRun, listRuns } from '../data/store/runs.ts';
import type { WritableStore } from '../data/store/store.ts';
import { type QuickstartOptions, type QuickstartStage, quickstartOptions, quickstartStages } from './quickstart.ts';
import type { JobRunner } from './runner.ts';
import { type ComparedModel, STAGE_FILES, stageComparison } from './task-stages.ts';

const PREFIX = 'quickstart-';
const OVER = ['finished', 'failed', 'stopped'];

export interface QuickstartServices {
  readonly store: WritableStore;
  readonly runner: JobRunner;
  /** Folder of all runs. */
  readonly runs: string;
}

export type QuickstartEnd =
  | { readonly status: 'finished'; readonly comparison: ComparisonRow; readonly models: readonly ComparedModel[] }
  /** A stage was stopped or failed: when its run is resumed and finishes, the quickstart goes on. */
  | { readonly status: 'stopped' | 'failed'; readonly run: RunSummary };

export interface Quickstarts {
  /** Starts one, or finds the one of that task that is under way here; returns the group of its runs. */
  start(options: QuickstartOptions): string;
  /** Takes one up again: resumes the stage it ended in, where it ended in one. */
  resume(group: string): void;
  /** How a quickstart that is under way ends. Rejects when a stage could not be begun. */
  end(group: string): Promise<QuickstartEnd>;
  close(): void;
}

export function createQuickstarts(services: QuickstartServices): Quickstarts {
  const { store, runner } = services;
  const active = new Map<string, Promise<QuickstartEnd>>();
  const drive = (group: string, options: QuickstartOptions) => {
    const end = runStages(services, group, options).finally(() => active.delete(group));
    active.set(group, end);
    end.catch((error: unknown) => tellOnLastRun(services, group, error));
  };
  // a stage that ended early, was resumed and is done now
  const remove = runner.onEnd(({ group, status }) => {
    if (group?.startsWith(PREFIX) && status === 'finished' && !active.has(group)) drive(group, optionsOf(store, group));
  });
  return {
    start(options) {
      const underWay = [...active.keys()].find((group) => group.startsWith(`${PREFIX}${options.task}-`));
      const group = underWay ?? `${PREFIX}${options.task}-${randomUUID().slice(0, 8)}`;
      if (!underWay) drive(group, options);
      return group;
    },
    resume(group) {
      const options = optionsOf(store, group);
      const ended = runsOf(store, group).find(({ status }) => status === 'stopped' || status === 'failed');
      if (ended) runner.resume(ended.id);
      drive(group, options);
    },
    end: (group) => active.get(group) ?? Promise.reject(new Error(`no quickstart "${group}" is under way here`)),
    close: remove,
  };
}

/** Runs of a quickstart, the newest of each stage. */
const runsOf = (store: WritableStore, group: string): RunSummary[] =>
  quickstartStages.flatMap(
    ({ method }) => listRuns(store).find((run) => run.group === group && run.method === method) ?? [],
  );

/** The newest quickstart that has not come to its end; undefined when there is none. */
export function unfinishedQuickstart(store: WritableStore): string | undefined {
  const first = listRuns(store).find(({ group }) => group?.startsWith(PREFIX));
  if (!first?.group) return undefined;
  const found = runsOf(store, first.group);
  return found.length === quickstartStages.length && found.every((run) => run.status === 'finished')
    ? undefined
    : first.group;
}

function optionsOf(store: WritableStore, group: string): QuickstartOptions {
  const first = listRuns(store).find((run) => run.group === group && run.method === quickstartStages[0].method);
  const config = first && getRun(store, first.id)?.config;
  if (!config) throw new Error(`there is no quickstart "${group}" in the workspace`);
  return quickstartOptions.parse(config);
}

async function runStages(
  services: QuickstartServices,
  group: string,
  options: QuickstartOptions,
): Promise<QuickstartEnd> {
  const done = new Map<string, RunSummary>();
  for (const stage of quickstartStages) {
    const run = await runStage(services, group, options, stage, done);
    if (run.status !== 'finished') return { status: run.status === 'stopped' ? 'stopped' : 'failed', run };
    done.set(stage.method, run);
  }
  return keepComparison(services, mustHave(done, 'task_compare'));
}

/** Begins a stage or finds it begun; waits for its end. */
async function runStage(
  { store, runner, runs }: QuickstartServices,
  group: string,
  options: QuickstartOptions,
  stage: QuickstartStage,
  done: ReadonlyMap<string, RunSummary>,
): Promise<RunSummary> {
  const begun = runsOf(store, group).find(({ method }) => method === stage.method);
  if (begun && OVER.includes(begun.status)) return begun;
  const job = begun ?? (await stage.job({ store, runs, options, run: (method) => mustHave(done, method) }));
  return new Promise((resolve) => {
    let id = begun?.id;
    const remove = runner.onChange((run) => {
      if (run.id !== id || !OVER.includes(run.status)) return;
      remove();
      resolve(run);
    });
    id ??= runner.create({ ...(job as Awaited<ReturnType<QuickstartStage['job']>>), method: stage.method, group });
  });
}

function mustHave(done: ReadonlyMap<string, RunSummary>, method: string): RunSummary {
  const run = done.get(method);
  if (!run) throw new Error(`the stage ${method} has not been done`);
  return run;
}

/** Enters the comparison into the store, once. */
function keepComparison({ store, runs }: QuickstartServices, run: RunSummary): QuickstartEnd {
  const path = join(runs, run.name, STAGE_FILES.comparison);
  const { comparison, models } = stageComparison.parse(JSON.parse(readFileSync(path, 'utf8')));
  const row = { ...comparison, createdAt: run.endedAt ?? new Date().toISOString() };
  const known = listComparisons(store).some((c) => c.a === row.a && c.b === row.b && c.createdAt === row.createdAt);
  if (!known) insertComparison(store, row);
  return { status: 'finished', comparison: row, models };
}

/** Between two stages there is no run that could fail: the log of the last one says why nothing follows. */
function tellOnLastRun({ store }: QuickstartServices, group: string, error: unknown): void {
  const last = runsOf(store, group).at(-1);
  const text = `the quickstart could not go on: ${error instanceof Error ? error.message : error}`;
  if (last) appendLog(store, last.id, [{ at: new Date().toISOString(), level: 'error', text }]);
}
