/** Drives quickstarts from stage to stage. All it knows stands in the store, so that a quickstart is taken up again where it ended. */
import { randomUUID } from 'node:crypto';
import { isQuickstart, quickstartGroup } from '../../preload/contract/quickstart.ts';
import type { ComparisonRow, RunSummary } from '../../preload/contract/runs.ts';
import { insertComparison, listComparisons } from '../data/store/comparisons.ts';
import { appendLog } from '../data/store/log.ts';
import type { WritableStore } from '../data/store/store.ts';
import { type QuickstartOptions, type QuickstartStage, quickstartStages, type StageContext } from './quickstart.ts';
import { optionsOf, readComparison, runsOf } from './quickstart-record.ts';
import type { JobRunner } from './runner.ts';
import type { StageComparison } from './task-stages.ts';

const OVER = ['finished', 'failed', 'stopped'];

export interface QuickstartServices {
  readonly store: WritableStore;
  readonly runner: JobRunner;
  /** Folder of all runs. */
  readonly runs: string;
}

export type QuickstartEnd =
  | ({ readonly status: 'finished'; readonly comparison: ComparisonRow } & Omit<StageComparison, 'comparison'>)
  /** A stage was stopped or failed: when its run is resumed and finishes, the quickstart goes on. */
  | { readonly status: 'stopped' | 'failed'; readonly run: RunSummary };

export interface Quickstarts {
  /** Starts one, or finds the one of that task that is under way here; returns the group of its runs. */
  start(options: QuickstartOptions): string;
  /** Takes one up again: resumes the stages it ended in. */
  resume(group: string): void;
  /** Stops every stage that runs or waits; each saves a checkpoint. */
  stop(group: string): void;
  /** Whether this program drives it now. */
  isActive(group: string): boolean;
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
    if (group !== null && isQuickstart(group) && status === 'finished' && !active.has(group))
      drive(group, optionsOf(store, group));
  });
  return {
    start(options) {
      const underWay = [...active.keys()].find((group) => isQuickstart(group, options.task));
      const group = underWay ?? quickstartGroup(options.task, randomUUID().slice(0, 8));
      if (!underWay) drive(group, options);
      return group;
    },
    resume(group) {
      const options = optionsOf(store, group);
      if (active.has(group)) return;
      for (const { id, status } of runsOf(store, group))
        if (status === 'stopped' || status === 'failed') runner.resume(id);
      drive(group, options);
    },
    stop(group) {
      for (const { id, status } of runsOf(store, group)) if (!OVER.includes(status)) runner.stop(id);
    },
    isActive: (group) => active.has(group),
    end: (group) => active.get(group) ?? Promise.reject(new Error(`no quickstart "${group}" is under way here`)),
    close: remove,
  };
}

/** Every stage as soon as those it needs have finished; settles when none is under way. */
async function runStages(
  services: QuickstartServices,
  group: string,
  options: QuickstartOptions,
): Promise<QuickstartEnd> {
  const done = new Map<string, RunSummary>();
  const made = new Map<string, Promise<unknown>>();
  const context: StageContext = {
    ...services,
    options,
    run: (method) => mustHave(done, method),
    once<T>(what: string, make: () => Promise<T>) {
      const found = (made.get(what) ?? make()) as Promise<T>;
      made.set(what, found);
      return found;
    },
  };
  const ends = new Map<string, Promise<RunSummary | undefined>>();
  const stageEnd = async (stage: QuickstartStage): Promise<RunSummary | undefined> => {
    const before = await Promise.all(stage.needs.map((method) => ends.get(method)));
    if (before.some((run) => run?.status !== 'finished')) return undefined;
    const run = await runStage(services, group, stage, context);
    if (run.status === 'finished') done.set(stage.method, run);
    return run;
  };
  for (const stage of quickstartStages) ends.set(stage.method, stageEnd(stage));
  const settled = await Promise.allSettled(ends.values());
  for (const end of settled) if (end.status === 'rejected') throw end.reason;
  const early = settled
    .flatMap((end) => (end.status === 'fulfilled' && end.value ? [end.value] : []))
    .filter(({ status }) => status !== 'finished');
  const failed = early.find(({ status }) => status === 'failed');
  if (failed) return { status: 'failed', run: failed };
  if (early.length > 0) return { status: 'stopped', run: early[0] };
  return keepComparison(services, mustHave(done, 'task_compare'));
}

/** Begins a stage or finds it begun; waits for its end. */
async function runStage(
  { store, runner }: QuickstartServices,
  group: string,
  stage: QuickstartStage,
  context: StageContext,
): Promise<RunSummary> {
  const begun = runsOf(store, group).find(({ method }) => method === stage.method);
  if (begun && OVER.includes(begun.status)) return begun;
  const job = begun ? undefined : { ...(await stage.job(context)), method: stage.method, group };
  return new Promise((resolve) => {
    let id = begun?.id;
    const remove = runner.onChange((run) => {
      const isMine = id === undefined ? run.group === group && run.method === stage.method : run.id === id;
      if (!isMine || !OVER.includes(run.status)) return;
      remove();
      resolve(run);
    });
    if (job) id = runner.create(job);
  });
}

function mustHave(done: ReadonlyMap<string, RunSummary>, method: string): RunSummary {
  const run = done.get(method);
  if (!run) throw new Error(`the stage ${method} has not been done`);
  return run;
}

/** Enters the comparisons into the store, once; the first of them last, so that it is the newest. */
function keepComparison({ store, runs }: QuickstartServices, run: RunSummary): QuickstartEnd {
  const found = readComparison(runs, run);
  if (!found) throw new Error(`${run.name} left no comparison in ${runs}`);
  const createdAt = run.endedAt ?? new Date().toISOString();
  const isKnown = (row: ComparisonRow) =>
    listComparisons(store).some((c) => c.a === row.a && c.b === row.b && c.createdAt === row.createdAt);
  for (const { winMinusLoss: _difference, ...comparison } of [...found.comparisons].reverse()) {
    const row = { ...comparison, createdAt };
    if (!isKnown(row)) insertComparison(store, row);
  }
  return { status: 'finished', ...found, comparison: { ...found.comparison, createdAt } };
}

/** Between two stages there is no run that could fail: the log of the last one says why nothing follows. */
function tellOnLastRun({ store }: QuickstartServices, group: string, error: unknown): void {
  const last = runsOf(store, group).at(-1);
  const text = `the quickstart could not go on: ${error instanceof Error ? error.message : error}`;
  if (last) appendLog(store, last.id, [{ at: new Date().toISOString(), level: 'error', text }]);
}
