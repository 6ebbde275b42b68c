/** Lets the models of several runs answer the same prompts, and a judge say which side answers better. */
import { promptExample, type TextOrChat } from '../../data/examples.ts';
import { isDropped, trainingRecords } from '../../data/training-records.ts';
import { choosePrompts, comparisonPrompts, drawAnswers } from '../../evaluate/compare-models.ts';
import {
  compareSides,
  meanScore,
  meanTokens,
  pairUp,
  type ScoredAnswers,
  type SideReport,
  sideReport,
} from '../../evaluate/compare-sides.ts';
import { taskOfPrompts, taskOfTokenizer } from '../../evaluate/find-task.ts';
import { chatEndpoint } from '../../evaluate/judges/chat-endpoint.ts';
import { judges } from '../../evaluate/judges/index.ts';
import type { Judge, JudgedAnswer } from '../../evaluate/judges/judge.ts';
import { pointOf, TIE_THRESHOLD } from '../../evaluate/win-rate.ts';
import type { Task } from '../../tasks/task.ts';
import { type LoadedModel, loadModel } from '../../train/load-model.ts';
import { COMPARE_RUNS, type CompareRunsConfig, compareRunsConfig, type JudgedPair } from '../compare-runs-config.ts';
import type { JobContext, JobKind } from '../kind.ts';
import type { JobSpec } from '../messages.ts';
import { createTimeLeft } from '../time-left.ts';
import { resolveJob } from '../workspace-paths.ts';

/** Longest answer where no task has a limit. */
const MAX_NEW_TOKENS = 128;
/** Questions that an endpoint gets at a time. */
const REQUESTS = 4;

export const compareRuns: JobKind = {
  id: COMPARE_RUNS,
  async run(job, context) {
    const config = compareRunsConfig.parse(job.config);
    const { resolvePath } = resolveJob(job, context.workspace);
    const { threads } = job;
    // 1. the prompts: of the built-in task that the models know, else of the data
    const first = loadModel(resolvePath(config.models[0]));
    const { prompts, task } = await promptsOf(config, first, resolvePath);
    const judge = await openJudge(config, task, job, context, resolvePath);
    const answered = config.models.length * prompts.length;
    // a judge that scores looks at every answer once, one that compares at every pair
    const maxSteps = judge.score ? answered : answered + contestsOf(config).length * prompts.length;
    const progress = progressOf(context, maxSteps);
    context.emit({ type: 'started', maxSteps });

    // 2. every model answers with random numbers of its own
    const answers = new Map<string, readonly JudgedAnswer[]>();
    for (const [part, name] of config.models.entries()) {
      await context.breathe();
      const answerer = part === 0 ? first : loadModel(resolvePath(name));
      const drawn = await drawAnswers(answerer, prompts, part, {
        task,
        maxNewTokens: config.max_new_tokens ?? MAX_NEW_TOKENS,
        temperature: config.temperature ?? 1,
        seed: config.seed,
        threads,
        breathe: context.breathe,
        onProgress: (done) => progress(part * prompts.length + done),
      });
      answers.set(name, drawn);
      context.emit({ type: 'log', line: said(`${name} has answered ${drawn.length} prompts`) });
    }

    // 3. every side against every other
    try {
      const contest = judge.score
        ? await scoredContest(judge.score, answers, config)
        : comparedContest(judge, answers, context, (done) => progress(answered + done));
      const verdicts = await verdictsOf(config, contest, answers, task?.id ?? config.dataset ?? '');
      progress(maxSteps);
      return { verdicts, ...judge.audit?.() };
    } finally {
      await judge.close();
    }
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
  for await (const record of trainingRecords(path, { lenient: true })) {
    if (isDropped(record)) continue;
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
  { judge, reward_model: name, judge_url: url, judge_model: model, seed }: CompareRunsConfig,
  task: Task | undefined,
  { threads }: JobSpec,
  { signal }: JobContext,
  resolvePath: (name: string) => string,
): Promise<Judge> {
  const rewardModel = name === undefined ? undefined : loadModel(resolvePath(name), { head: 'score' });
  const llm =
    url === undefined || model === undefined
      ? undefined
      : chatEndpoint({ url, model, rule: 'average', concurrency: REQUESTS });
  return judges.get(judge).open({ task, tie: TIE_THRESHOLD, seed, threads, rewardModel, llm, signal });
}

type Side = CompareRunsConfig['sides'][number];

/** Two sides held against each other, with the mean reward of each. */
type Contest = (a: Side, b: Side) => Promise<SideReport & Pick<JudgedPair, 'meanRewardA' | 'meanRewardB'>>;
type Answers = ReadonlyMap<string, readonly JudgedAnswer[]>;

/** Scores that differ by less than the judge's tie are one. */
async function scoredContest(score: NonNullable<Judge['score']>, answers: Answers, config: CompareRunsConfig) {
  // a length that differs at all is longer
  const tie = config.judge === 'length' ? 0 : TIE_THRESHOLD;
  const scored = new Map<string, ScoredAnswers>();
  for (const [name, own] of answers) scored.set(name, { answers: own, scores: await score(own) });
  const contest: Contest = async (a, b) => {
    const [first, second] = [a, b].map((side) => side.models.flatMap((name) => scored.get(name) ?? []));
    const report = compareSides(first, second, (x, y) => pointOf(x, y, tie));
    return { ...report, meanRewardA: meanScore(first), meanRewardB: meanScore(second) };
  };
  return contest;
}

/** Pairs that a judge gets at once: a stop is heard in between. */
const COMPARED_TOGETHER = 16;

/** For a judge that only compares: the share of points stands for the reward. */
function comparedContest(
  judge: Judge,
  answers: Answers,
  { breathe }: JobContext,
  onProgress: (done: number) => void,
): Contest {
  let done = 0;
  const pointsOf = async (first: readonly JudgedAnswer[], second: readonly JudgedAnswer[]) => {
    const points: number[] = [];
    for (let at = 0; at < first.length; at += COMPARED_TOGETHER) {
      await breathe();
      const part = [first, second].map((each) => each.slice(at, at + COMPARED_TOGETHER));
      points.push(...(await judge.compare(part[0], part[1])));
      done += part[0].length;
      onProgress(done);
    }
    return points;
  };
  return async (a, b) => {
    const met = metBy(a, b).map((names) => names.map((name) => ({ answers: answers.get(name) ?? [] })));
    const pairs = met.map(([first, second]) => [first, second] as const);
    const points: number[][] = [];
    for (const [first, second] of pairs) points.push(await pointsOf(first.answers, second.answers));
    const report = sideReport(pairs, points);
    return { ...report, meanRewardA: report.winRate, meanRewardB: 1 - report.winRate };
  };
}

const metBy = (a: Side, b: Side) => pairUp(a.models, b.models);

/** Every two models that meet. */
const contestsOf = ({ sides }: CompareRunsConfig) =>
  sides.flatMap((a, i) => sides.slice(i + 1).flatMap((b) => metBy(a, b)));

async function verdictsOf(
  { sides, judge }: CompareRunsConfig,
  contest: Contest,
  lengths: Answers,
  task: string,
): Promise<JudgedPair[]> {
  const lengthOf = ({ models }: Side) => meanTokens(models.map((name) => ({ answers: lengths.get(name) ?? [] })));
  const found: JudgedPair[] = [];
  for (const [i, a] of sides.entries())
    for (const b of sides.slice(i + 1))
      found.push({
        ...{ task, judge, a: a.name, b: b.name, aKey: a.key, bKey: b.key },
        ...(await contest(a, b)),
        lengthA: lengthOf(a),
        lengthB: lengthOf(b),
      });
  return found;
}
