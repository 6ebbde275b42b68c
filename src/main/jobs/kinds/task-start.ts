/** First stage of a quickstart: an untrained model that knows a built-in task's words, and demonstrations for it. */
import { join } from 'node:path';
import { writeJsonLines } from '../../data/json-lines.ts';
import { tasks } from '../../tasks/index.ts';
import { taskDemonstrations, taskModelOptions, writeTaskModel } from '../../train/task-model.ts';
import type { JobKind } from '../kind.ts';
import { STAGE_FILES, taskStartConfig } from '../task-stages.ts';

export const taskStart: JobKind = {
  id: 'task_start',
  async run(job, context) {
    const { task: id, demonstrations: count, seed } = taskStartConfig.parse(job.config);
    const task = tasks.get(id);
    context.emit({ type: 'started', maxSteps: 2 });
    // the model replaces the whole folder: it comes first
    const vocabulary = writeTaskModel(job.outputDir, task, { ...taskModelOptions(task), seed });
    context.emit({ type: 'progress', step: 1, maxSteps: 2, secondsLeft: null });
    await context.breathe();
    const demonstrations = taskDemonstrations(task, count, seed);
    writeJsonLines(join(job.outputDir, STAGE_FILES.demonstrations), demonstrations);
    context.emit({ type: 'progress', step: 2, maxSteps: 2, secondsLeft: 0 });
    return { vocabulary, demonstrations: demonstrations.length };
  },
};
