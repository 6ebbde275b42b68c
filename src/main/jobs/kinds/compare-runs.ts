/** Lets the models of several runs answer the same prompts, and a judge say which side answers better. */
import { promptExample, type TextOrChat } from '../../data/examples.ts';
import { readRecords } from '../../data/records.ts';
import { choosePrompts, comparisonPrompts, drawAnswers } from '../../evaluate/compare-models.ts';
import { compareSides, meanScore, meanTokens, type ScoredAnswers } from '../../evaluate/compare-sides.ts';
import { taskOfPrompts, taskOfTokenizer } from '../../evaluate/find-task.ts';
import { judges } from '../../evaluate/judges/index.ts';
import type { Judge, JudgedAnswer } from '../../evaluate/judges/judge.ts';
import { pointOf, TIE_THRESHOLD } from '../../evaluate/win-rate.ts';
import type { Task } from '../../tasks/task.ts';
import { type LoadedModel, loadModel } from '../../train/load-model.ts';
import { COMPARE_RUNS, type CompareRunsConfig, compareRunsConfig, type JudgedPair } from '../compare-runs-config.ts';
import type { JobContext, JobKind } from '../kind.ts';
import { createTimeLeft } from '../time-left.ts';
import { resolveJob } from '../workspace-paths.ts';

/** Longest answer where no task has a limit. */
const MAX_NEW_TOKENS = 128;

export const compareRuns: JobKind = {
  id: COMPARE_RUNS,
  async run(job, context) {
    const config = compareRunsConfig.parse(job.config);
    const { resolvePath } = resolveJob(job, context.workspace);
    const { threads } = job;
    // 1. the prompts: of the built-in task that the models know, else of the data
    const first = loadModel(resolvePath(config.models[0]));
    const { prompts, task } = await promptsOf(config, first, resolvePath);
    const judge = await openJudge(config, task, threads, resolvePath);
    const maxSteps = config.models.length * prompts.length;
    const progress = progressOf(context, maxSteps);
    context.emit({ type: 'started', maxSteps });

    // 2. every model answers with random numbers of its own, and is scored once
    const scored = new Map<string, ScoredAnswers>();
    for (const [part, name] of config.models.entries()) {
      await context.breathe();
      const answerer = part === 0 ? first : loadModel(resolvePath(name));
      const answers = await drawAnswers(answerer, prompts, part, {
        task,
        maxNewTokens: config.max_new_tokens ?? MAX_NEW_TOKENS,
        temperature: config.temperature ?? 1,
        seed: config.seed,
        threads,
        breathe: context.breathe,
        onProgress: (done) => progress(part * prompts.length + done),
      });
      scored.set(name, { answers, scores: await scoresOf(judge, answers) });
      context.emit({ type: 'log', line: said(`${name} has answered ${answers.length} prompts`) });
    }
    await judge.close();

    // 3. every side against every other
    progress(config.models.length * prompts.length);
    return { verdicts: verdictsOf(config, scored, task?.id ?? config.dataset ?? '') };
  },
};

const said = (text: string) => ({ at: new Date().toISOString(), level: 'info', text }) as const;

/** `report(done)` tells how many answers there are. */
function progressOf(context: JobContext, maxSteps: number): (done: number) => void {
  const left = createTimeLeft();
  return (step) => context.emit({ type: 'progress', step, maxSteps, secondsLeft: left.at(step, maxSteps) });
}

interface Asked {
  readonly prompts: readonly TextOrChat[];
  readonly task?: Task;
}

/** Throws when no task fits and the data has no prompts. */
async function promptsOf(
  { prompts: n, seed, dataset }: CompareRunsConfig,
  { tokenizer }: LoadedModel,
  resolvePath: (name: string) => string,
): Promise<Asked> {
  const known = taskOfTokenizer(tokenizer);
  if (known) return { prompts: comparisonPrompts(known, n, seed), task: known };
  if (dataset === undefined)
    throw new Error('no built-in task fits these models, and no dataset was named whose prompts could be asked');
  const path = resolvePath(dataset);
  const found = new Map<string, TextOrChat>();
  for await (const record of readRecords(path)) {
    const { prompt, chosen } = record.value;
    if (prompt === undefined && chosen === undefined) continue;
    const asked = promptExample(path, record);
    found.set(JSON.stringify(asked), asked);
  }
  if (found.size === 0) throw new Error(`the dataset "${dataset}" holds no prompts`);
  const prompts = choosePrompts([...found.values()], n, seed);
  return { prompts, task: taskOfPrompts(prompts) };
}

function openJudge(
  { judge, reward_model: name, seed }: CompareRunsConfig,
  task: Task | undefined,
  threads: number,
  resolvePath: (name: string) => string,
): Promise<Judge> {
  const rewardModel = name === undefined ? undefined : loadModel(resolvePath(name), { head: 'score' });
  return judges.get(judge).open({ task, tie: TIE_THRESHOLD, seed, threads, rewardModel });
}

async function scoresOf(judge: Judge, answers: readonly JudgedAnswer[]): Promise<number[]> {
  if (!judge.score) throw new Error('this judge only compares; one that scores is needed');
  return judge.score(answers);
}

function verdictsOf(
  { sides, judge }: CompareRunsConfig,
  scored: ReadonlyMap<string, ScoredAnswers>,
  task: string,
): JudgedPair[] {
  // a length that differs at all is longer
  const tie = judge === 'length' ? 0 : TIE_THRESHOLD;
  const entries = sides.map((side) => ({ ...side, answered: side.models.flatMap((name) => scored.get(name) ?? []) }));
  return entries.flatMap((a, i) =>
    entries.slice(i + 1).map((b) => ({
      task,
      judge,
      a: a.name,
      b: b.name,
      aKey: a.key,
      bKey: b.key,
      ...compareSides(a.answered, b.answered, (x, y) => pointOf(x, y, tie)),
      meanRewardA: meanScore(a.answered),
      meanRewardB: meanScore(b.answered),
      lengthA: meanTokens(a.answered),
      lengthB: meanTokens(b.answered),
    })),
  );
}
