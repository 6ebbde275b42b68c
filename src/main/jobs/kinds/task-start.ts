/** First stage of a quickstart: demonstrations of a built-in task and an untrained model with a tokenizer for them. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tasks } from '../../tasks/index.ts';
import { taskDemonstrations, writeTaskModel } from '../../train/task-model.ts';
import type { JobKind } from '../kind.ts';
import { STAGE_FILES, taskStartConfig } from '../task-stages.ts';

export const taskStart: JobKind = {
  id: 'task_start',
  async run(job, context) {
    const config = taskStartConfig.parse(job.config);
    mkdirSync(job.outputDir, { recursive: true });
    context.emit({ type: 'started', maxSteps: 2 });
    const task = tasks.get(config.task);
    const demonstrations = taskDemonstrations(task, config.demonstrations, config.seed);
    writeFileSync(
      join(job.outputDir, STAGE_FILES.demonstrations),
      `${demonstrations.map((row) => JSON.stringify(row)).join('\n')}\n`,
    );
    context.emit({ type: 'progress', step: 1, maxSteps: 2, secondsLeft: null });
    await context.breathe();
    const vocabulary = writeTaskModel(join(job.outputDir, STAGE_FILES.model), task);
    context.emit({ type: 'progress', step: 2, maxSteps: 2, secondsLeft: 0 });
    return { vocabulary, demonstrations: demonstrations.length };
  },
};
