/** Preferences of the simulated rater: two samples of the reference for each prompt, one drawn as chosen by Bradley–Terry noise on the gold reward. */
import { join } from 'node:path';
import { makeFolder } from '../../base/make-folder.ts';
import { createRandom } from '../../base/random.ts';
import { writeJsonLines } from '../../data/json-lines.ts';
import { ratedPair } from '../../evaluate/simulated-pairs.ts';
import { answerTask } from '../../evaluate/task-samples.ts';
import { tasks } from '../../tasks/index.ts';
import { loadModel } from '../../train/load-model.ts';
import type { JobKind } from '../kind.ts';
import { STAGE_FILES, taskPairsConfig } from '../task-stages.ts';
import { resolveJob } from '../workspace-paths.ts';

/** Share of the pairs that is kept for evaluation. */
const HELD_OUT = 1 / 16;

export const taskPairs: JobKind = {
  id: 'task_pairs',
  async run(job, context) {
    const config = taskPairsConfig.parse(job.config);
    const task = tasks.get(config.task);
    const reference = loadModel(resolveJob(job, context.workspace).resolvePath(config.model));
    const prompts = task.prompts('train', config.pairs, config.seed);
    const maxSteps = 2 * prompts.length;
    context.emit({ type: 'started', maxSteps });
    const sample = (part: number) =>
      answerTask(task, reference, prompts, {
        temperature: config.temperature,
        seed: `${config.seed}:${part}`,
        threads: job.threads,
        breathe: context.breathe,
        onProgress: (done) =>
          context.emit({ type: 'progress', step: part * prompts.length + done, maxSteps, secondsLeft: null }),
      });
    const first = await sample(0);
    const second = await sample(1);
    const random = createRandom(config.seed).fork('rater');
    const rater = { temperature: config.rater_temperature };
    const rows = first.flatMap((a, i) => ratedPair(a, second[i], rater, random));
    const held = Math.round(rows.length * HELD_OUT);
    makeFolder(job.outputDir);
    writeJsonLines(join(job.outputDir, STAGE_FILES.pairs), rows.slice(held));
    writeJsonLines(join(job.outputDir, STAGE_FILES.heldPairs), rows.slice(0, held));
    return { pairs: rows.length - held, held_out: held, identical: prompts.length - rows.length };
  },
};
