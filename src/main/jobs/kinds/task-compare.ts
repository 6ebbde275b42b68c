/** Last stage of a quickstart: the models answer the same held-out prompts, the gold reward judges. */
import { join } from 'node:path';
import { makeFolder } from '../../base/make-folder.ts';
import { mean } from '../../base/statistics.ts';
import { writeFileAtomic } from '../../data/checkpoints/atomic.ts';
import { klToReference } from '../../evaluate/answers.ts';
import { gold } from '../../evaluate/judges/gold.ts';
import { answerTask, type TaskAnswer } from '../../evaluate/task-samples.ts';
import { countVerdicts, pointOf, TIE_THRESHOLD, winMinusLoss } from '../../evaluate/win-rate.ts';
import { tasks } from '../../tasks/index.ts';
import type { Task } from '../../tasks/task.ts';
import { type LoadedModel, loadModel } from '../../train/load-model.ts';
import type { JobKind } from '../kind.ts';
import {
  type ComparedModel,
  type ComparedSample,
  type PairComparison,
  STAGE_FILES,
  stageComparison,
  taskCompareConfig,
} from '../task-stages.ts';
import { resolveJob } from '../workspace-paths.ts';

/** A model with its answers, one a prompt. */
interface Contestant {
  readonly name: string;
  readonly loaded: LoadedModel;
  readonly answers: readonly TaskAnswer[];
}

export const taskCompare: JobKind = {
  id: 'task_compare',
  async run(job, context) {
    const config = taskCompareConfig.parse(job.config);
    const { resolvePath } = resolveJob(job, context.workspace);
    const task = tasks.get(config.task);
    const { temperature, seed } = config;
    const { threads } = job;
    const prompts = task.prompts('held-out', config.prompts, seed);
    const names = [config.a, config.b, ...config.others];
    const maxSteps = names.length * prompts.length;
    context.emit({ type: 'started', maxSteps });

    // 1. every model answers with random numbers of its own
    const contestants: Contestant[] = [];
    for (const [part, name] of names.entries()) {
      const loaded = loadModel(resolvePath(name));
      const answers = await answerTask(task, loaded, prompts, {
        temperature,
        seed: `${seed}:${part}`,
        threads,
        breathe: context.breathe,
        onProgress: (done) =>
          context.emit({ type: 'progress', step: part * prompts.length + done, maxSteps, secondsLeft: null }),
      });
      contestants.push({ name, loaded, answers });
    }
    const [a, b, ...others] = contestants;

    // 2. what is said of each, and who wins on which prompt
    const models: ComparedModel[] = [];
    for (const each of contestants) {
      await context.breathe();
      const kl =
        each === b ? 0 : await klToReference(each.loaded.model, b.loaded.model, each.answers, { temperature, threads });
      models.push(await describe(each, kl, task, config));
      context.emit({ type: 'log', line: lineOf(models[models.length - 1]) });
    }
    const against = (other: Contestant) => (each: Contestant) => compareOnGold(task.id, each, other);
    const comparisons = [...[a, ...others].map(against(b)), ...others.map(against(a))];
    const { winMinusLoss: _difference, ...comparison } = comparisons[0];

    // 3. the record
    makeFolder(job.outputDir);
    const samples = sideBySide(contestants, config.samples);
    const content = stageComparison.parse({ comparison, models, comparisons, samples });
    writeFileAtomic(join(job.outputDir, STAGE_FILES.comparison), `${JSON.stringify(content, null, 2)}\n`);
    return content;
  },
};

async function describe(
  { name, answers }: Contestant,
  kl: number,
  task: Task,
  { seed, labels }: { readonly seed: number; readonly labels: Readonly<Record<string, number>> },
): Promise<ComparedModel> {
  const share = (test: (answer: TaskAnswer) => boolean) => answers.filter(test).length / answers.length;
  const judge = await gold.open({ task, tie: TIE_THRESHOLD, seed });
  const qualities = await judge.quality(answers);
  return {
    name,
    gold: mean(answers.map((answer) => answer.gold)),
    tokens: mean(answers.map((answer) => answer.tokens)),
    ended: share((answer) => answer.ended),
    off_grammar: share((answer) => !answer.onGrammar),
    kl,
    quality: mean(qualities.filter((quality) => quality !== null)),
    labels: labels[name] ?? null,
  };
}

function compareOnGold(task: string, a: Contestant, b: Contestant): PairComparison {
  const points = a.answers.map((answer, i) => pointOf(answer.gold, b.answers[i].gold, TIE_THRESHOLD));
  const goldOf = ({ answers }: Contestant) => mean(answers.map((answer) => answer.gold));
  return {
    task,
    a: a.name,
    b: b.name,
    ...countVerdicts(points),
    meanRewardA: goldOf(a),
    meanRewardB: goldOf(b),
    judge: 'gold',
    winMinusLoss: winMinusLoss(points),
  };
}

/** The answers of every model to the first few prompts. */
const sideBySide = (contestants: readonly Contestant[], count: number): ComparedSample[] =>
  contestants[0].answers.slice(0, count).map(({ prompt }, i) => ({
    prompt,
    answers: contestants.map(({ name, answers }) => ({
      model: name,
      completion: answers[i].completion.trim(),
      gold: answers[i].gold,
      tokens: answers[i].tokens,
    })),
  }));

function lineOf({ name, gold: reward, tokens, ended, off_grammar, kl }: ComparedModel) {
  const percent = (share: number) => `${(100 * share).toFixed(1)}%`;
  const text = `${name}: gold ${reward.toFixed(2)}, ${tokens.toFixed(1)} tokens, ${percent(ended)} end by themselves, ${percent(off_grammar)} off grammar, KL ${kl.toFixed(2)}`;
  return { at: new Date().toISOString(), level: 'info', text } as const;
}
