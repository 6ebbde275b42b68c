/** Last stage of a quickstart: both models answer held-out prompts, the gold reward judges. */
import { mean } from '../../base/statistics.ts';
import { answerTask, type TaskAnswer } from '../../evaluate/task-samples.ts';
import { winRate } from '../../evaluate/win-rate.ts';
import { tasks } from '../../tasks/index.ts';
import { loadModel } from '../../train/load-model.ts';
import type { JobKind } from '../kind.ts';
import { type TaskComparison, taskCompareConfig } from '../task-stages.ts';

export const taskCompare: JobKind = {
  id: 'task_compare',
  async run(job, context): Promise<TaskComparison> {
    const config = taskCompareConfig.parse(job.config);
    const task = tasks.get(config.task);
    const prompts = task.prompts('held-out', config.prompts, config.seed);
    const maxSteps = 2 * prompts.length;
    context.emit({ type: 'started', maxSteps });
    const answers = async (path: string, part: number): Promise<TaskAnswer[]> =>
      answerTask(task, loadModel(path), prompts, {
        temperature: config.temperature,
        seed: `${config.seed}:${part}`,
        breathe: context.breathe,
        onProgress: (done) =>
          context.emit({ type: 'progress', step: part * prompts.length + done, maxSteps, secondsLeft: null }),
      });
    const a = await answers(config.a, 0);
    const b = await answers(config.b, 1);
    const golds = (list: readonly TaskAnswer[]) => list.map((answer) => answer.gold);
    report(context.emit, config.name_a, a);
    report(context.emit, config.name_b, b);
    return {
      task: task.id,
      a: config.name_a,
      b: config.name_b,
      ...winRate(golds(a), golds(b)),
      meanRewardA: mean(golds(a)),
      meanRewardB: mean(golds(b)),
      judge: 'gold',
    };
  },
};

/** A win rate alone hides a collapsed opponent: say also how each model answers. */
function report(emit: Parameters<JobKind['run']>[1]['emit'], name: string, answers: readonly TaskAnswer[]): void {
  const share = (test: (answer: TaskAnswer) => boolean) => (100 * answers.filter(test).length) / answers.length;
  const text = [
    `${name}: gold ${mean(answers.map((a) => a.gold)).toFixed(2)}`,
    `${mean(answers.map((a) => a.tokens)).toFixed(1)} tokens`,
    `${share((a) => a.ended).toFixed(0)}% end by themselves`,
    `${share((a) => !a.onGrammar).toFixed(1)}% off grammar`,
  ].join(', ');
  emit({ type: 'log', line: { at: new Date().toISOString(), level: 'info', text } });
}
