/** A run named on the command line, and the workspace it is in. */
import { findRunByName, getRun, listRuns, type RunRecord } from '../../data/store/runs.ts';
import type { Store } from '../../data/store/store.ts';
import { openWorkbench, type Workbench } from '../../host/workbench.ts';
import { forkJobs } from '../../jobs/spawn.ts';
import { type CommandContext, InputError } from '../command.ts';

/** Opens the workspace for as long as `body` works; runs that dead programs left are marked as failed on the way. */
export async function withWorkbench<T>(
  context: CommandContext,
  body: (workbench: Workbench) => Promise<T> | T,
): Promise<T> {
  const { workspace, files } = context;
  const workbench = openWorkbench({ workspace, spawn: forkJobs(files.worker), adopts: false });
  try {
    return await body(workbench);
  } finally {
    await workbench.close();
  }
}

/** A run by name, id, or the beginning of an id that only one run has. */
export function runOf(store: Store, reference: string): RunRecord {
  const begins = listRuns(store).filter(({ id }) => id.startsWith(reference));
  const id = findRunByName(store, reference) ?? (begins.length === 1 ? begins[0].id : undefined);
  const run = id === undefined ? undefined : getRun(store, id);
  if (run) return run;
  const why = begins.length > 1 ? `${begins.length} runs have an id that begins with` : 'there is no run';
  throw new InputError(`${why} "${reference}"; plumb runs list names them`, { code: 'not_found' });
}
