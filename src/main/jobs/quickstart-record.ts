/** What the store holds of quickstarts: their runs, options and results, by the group that their runs share. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isQuickstart } from '../../preload/contract/quickstart.ts';
import type { RunSummary } from '../../preload/contract/runs.ts';
import { getRun, listRuns } from '../data/store/runs.ts';
import type { Store } from '../data/store/store.ts';
import { type QuickstartOptions, quickstartOptions, quickstartStages } from './quickstart.ts';
import { STAGE_FILES, type StageComparison, stageComparison } from './task-stages.ts';

/** Runs of a quickstart in the order of its stages, the newest of each. */
export function runsOf(store: Store, group: string): RunSummary[] {
  const runs = listRuns(store).filter((run) => run.group === group);
  return quickstartStages.flatMap(({ method }) => runs.find((run) => run.method === method) ?? []);
}

/** Whether every stage has come to its end. */
export const isComplete = (runs: readonly RunSummary[]): boolean =>
  runs.length === quickstartStages.length && runs.every(({ status }) => status === 'finished');

/** The group of the newest quickstart; undefined when there is none. */
export const newestQuickstart = (store: Store): string | undefined =>
  listRuns(store).find(({ group }) => group !== null && isQuickstart(group))?.group ?? undefined;

/** The newest quickstart if it has not come to its end. */
export function unfinishedQuickstart(store: Store): string | undefined {
  const group = newestQuickstart(store);
  return group === undefined || isComplete(runsOf(store, group)) ? undefined : group;
}

/** The newest quickstart that has come to its end. */
export function finishedQuickstart(store: Store): string | undefined {
  const groups = new Set(
    listRuns(store).flatMap(({ group }) => (group !== null && isQuickstart(group) ? [group] : [])),
  );
  return [...groups].find((group) => isComplete(runsOf(store, group)));
}

export class UnknownQuickstart extends Error {
  readonly code = 'not_found';
  constructor(group: string) {
    super(`there is no quickstart "${group}" in the workspace`);
    this.name = 'UnknownQuickstart';
  }
}

/** Options of a quickstart, from its first run. Throws UnknownQuickstart. */
export function optionsOf(store: Store, group: string): QuickstartOptions {
  const first = listRuns(store).find((run) => run.group === group && run.method === quickstartStages[0].method);
  const config = first && getRun(store, first.id)?.config;
  if (!config) throw new UnknownQuickstart(group);
  return quickstartOptions.parse(config);
}

/** What the run of the last stage wrote; undefined when its file was taken away. Throws when the file is not whole. */
export function readComparison(runsFolder: string, run: RunSummary): StageComparison | undefined {
  const path = join(runsFolder, run.name, STAGE_FILES.comparison);
  if (!existsSync(path)) return undefined;
  return stageComparison.parse(JSON.parse(readFileSync(path, 'utf8')));
}
