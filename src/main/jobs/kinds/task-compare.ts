/** Last stage of a quickstart: both models answer held-out prompts, the gold reward judges. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { mean } from '../../base/statistics.ts';
import { writeFileAtomic } from '../../data/checkpoints/atomic.ts';
import { klToReference } from '../../evaluate/answers.ts';
import { answerTask, type TaskAnswer } from '../../evaluate/task-samples.ts';
import { winRate } from '../../evaluate/win-rate.ts';
import { tasks } from '../../tasks/index.ts';
import { type LoadedModel, loadModel } from '../../train/load-model.ts';
import type { JobKind } from '../kind.ts';
import { type ComparedModel, STAGE_FILES, stageComparison, taskCompareConfig } from '../task-stages.ts';
import { resolveJob } from '../workspace-paths.ts';

export const taskCompare: JobKind = {
  id: 'task_compare',
  async run(job, context) {
    const config = taskCompareConfig.parse(job.config);
    const { resolvePath } = resolveJob(job, context.workspace);
    const task = tasks.get(config.task);
    const prompts = task.prompts('held-out', config.prompts, config.seed);
    const maxSteps = 2 * prompts.length;
    context.emit({ type: 'started', maxSteps });
    const [modelA, reference] = [config.a, config.b].map((name) => loadModel(resolvePath(name)));
    const answers = (model: LoadedModel, part: number): Promise<TaskAnswer[]> =>
      answerTask(task, model, prompts, {
        temperature: config.temperature,
        seed: `${config.seed}:${part}`,
        breathe: context.breathe,
        onProgress: (done) =>
          context.emit({ type: 'progress', step: part * prompts.length + done, maxSteps, secondsLeft: null }),
      });
    const a = await answers(modelA, 0);
    const b = await answers(reference, 1);
    const models = [
      factsOf(config.a, a, await klToReference(modelA.model, reference.model, a, config)),
      factsOf(config.b, b, 0),
    ];
    for (const model of models) context.emit({ type: 'log', line: lineOf(model) });
    const [goldsA, goldsB] = [a, b].map((list) => list.map((answer) => answer.gold));
    const comparison = {
      task: task.id,
      a: config.a,
      b: config.b,
      ...winRate(goldsA, goldsB),
      meanRewardA: mean(goldsA),
      meanRewardB: mean(goldsB),
      judge: 'gold',
    };
    mkdirSync(job.outputDir, { recursive: true });
    const content = stageComparison.parse({ comparison, models });
    writeFileAtomic(join(job.outputDir, STAGE_FILES.comparison), `${JSON.stringify(content, null, 2)}\n`);
    return content;
  },
};

function factsOf(name: string, answers: readonly TaskAnswer[], kl: number): ComparedModel {
  const share = (test: (answer: TaskAnswer) => boolean) => answers.filter(test).length / answers.length;
  return {
    name,
    gold: mean(answers.map((answer) => answer.gold)),
    tokens: mean(answers.map((answer) => answer.tokens)),
    ended: share((answer) => answer.ended),
    off_grammar: share((answer) => !answer.onGrammar),
    kl,
  };
}

function lineOf({ name, gold, tokens, ended, off_grammar, kl }: ComparedModel) {
  const percent = (share: number) => `${(100 * share).toFixed(1)}%`;
  const text = `${name}: gold ${gold.toFixed(2)}, ${tokens.toFixed(1)} tokens, ${percent(ended)} end by themselves, ${percent(off_grammar)} off grammar, KL ${kl.toFixed(2)}`;
  return { at: new Date().toISOString(), level: 'info', text } as const;
}
