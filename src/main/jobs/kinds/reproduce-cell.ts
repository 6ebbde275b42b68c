/** The job that does one cell of a study. */
import { cellTask, doCell } from '../../reproduce/cell.ts';
import { cellKinds } from '../../reproduce/kinds/index.ts';
import type { JobKind } from '../kind.ts';

export const reproduceCell: JobKind = {
  id: 'reproduce_cell',
  async run(job, { signal, emit }) {
    const task = cellTask.parse(job.config);
    emit({ type: 'started', maxSteps: 0 });
    await doCell(cellKinds.get(task.kind), task, {
      threads: job.threads,
      signal,
      onProgress: (step, maxSteps) => emit({ type: 'progress', step, maxSteps, secondsLeft: null }),
    });
    return null;
  },
};
