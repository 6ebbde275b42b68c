/** Does cells of a study in job processes of their own, of one thread each: as many at a time as there are cores. */
import { dirname } from 'node:path';
import type { CellTask } from '../reproduce/cell.ts';
import type { JobOutcome, JobSpec } from './messages.ts';
import type { JobExit, SpawnJob } from './spawn.ts';

/** A cell touches nothing but its folder. */
const workspaceOf = ({ cells }: CellTask) => ({ home: dirname(cells), database: '', models: cells, runs: cells });

const jobOf = (task: CellTask): JobSpec => ({
  kind: 'reproduce_cell',
  runId: task.name,
  name: task.name,
  config: task,
  outputDir: task.cells,
  baseFolder: null,
  files: {},
  resume: false,
  threads: 1,
});

/** Resolves when the cell's result is there; rejects with what went wrong, or when it was stopped. */
export function doCellInProcess(spawn: SpawnJob, task: CellTask, signal: AbortSignal): Promise<void> {
  const job = spawn();
  let outcome: JobOutcome | undefined;
  const stop = () => job.post({ type: 'stop' });
  signal.addEventListener('abort', stop);
  return new Promise<void>((resolve, reject) => {
    job.onMessage((message) => {
      if (message.type === 'events') job.post({ type: 'ack', batch: message.batch });
      if (message.type !== 'ended') return;
      outcome = message.outcome;
      job.post({ type: 'goodbye' });
    });
    job.onExit((exit) => {
      signal.removeEventListener('abort', stop);
      if (outcome?.status === 'finished') resolve();
      else reject(new Error(`${task.label}: ${reasonOf(outcome, exit)}`));
    });
    job.post({ type: 'start', job: jobOf(task), workspace: workspaceOf(task) });
  });
}

function reasonOf(outcome: JobOutcome | undefined, { signal, code, lastWords }: JobExit): string {
  if (outcome?.status === 'failed') return outcome.error.message;
  if (outcome) return 'stopped';
  const words = lastWords ? ` (${lastWords.split('\n').slice(-3).join(' ')})` : '';
  return `its process ended ${signal ? `with ${signal}` : `with code ${code}`}${words}`;
}
