/** Does cells of a study in job processes of their own, of one thread each: as many at a time as there are cores. */
import { dirname } from 'node:path';
import type { CellTask } from '../reproduce/cell.ts';
import { JobStopped } from './kind.ts';
import { doInProcess } from './process-task.ts';
import type { SpawnJob } from './spawn.ts';

/** A cell touches nothing but its folder. */
const workspaceOf = ({ cells }: CellTask) => ({ home: dirname(cells), database: '', models: cells, runs: cells });

/** Resolves when the cell's result is there; rejects with what went wrong, or when it was stopped. */
export async function doCellInProcess(spawn: SpawnJob, task: CellTask, signal: AbortSignal): Promise<void> {
  const { name, cells } = task;
  const job = {
    kind: 'reproduce_cell',
    name,
    config: task,
    outputDir: cells,
    workspace: workspaceOf(task),
    threads: 1,
  };
  try {
    await doInProcess(spawn, job, { signal });
  } catch (error) {
    const why = error instanceof JobStopped ? 'stopped' : error instanceof Error ? error.message : String(error);
    throw new Error(`${task.label}: ${why}`, { cause: error });
  }
}
