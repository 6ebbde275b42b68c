/** A quickstart as the page, the command line and the report see it, read from the store. */
import type { QuickstartModel, QuickstartStageState, QuickstartState } from '../../preload/contract/quickstart.ts';
import type { MetricPoint, RunSummary } from '../../preload/contract/runs.ts';
import { readEvaluations } from '../data/store/metrics.ts';
import { listModels } from '../data/store/models.ts';
import { getRun } from '../data/store/runs.ts';
import type { Store } from '../data/store/store.ts';
import type { QuickstartOptions, QuickstartStage } from '../jobs/quickstart.ts';
import { quickstartStages } from '../jobs/quickstart.ts';
import { isComplete, optionsOf, readComparison, runsOf } from '../jobs/quickstart-record.ts';
import type { StageComparison } from '../jobs/task-stages.ts';
import { tasks } from '../tasks/index.ts';

const UNDER_WAY = ['queued', 'running', 'paused'];

export interface StateSource {
  readonly store: Store;
  /** Folder of all runs. */
  readonly runs: string;
  /** Whether this program drives the group now. */
  isActive(group: string): boolean;
}

/** Throws when there is no such quickstart. */
export function quickstartState(source: StateSource, group: string): QuickstartState {
  const { store } = source;
  const options = optionsOf(store, group);
  const runs = runsOf(store, group);
  const status = statusOf(runs, source.isActive(group));
  const stages = quickstartStages.map((stage) => stageState(store, stage, runs));
  const result = status === 'finished' ? readComparison(source.runs, runs[runs.length - 1]) : undefined;
  return {
    group,
    task: options.task,
    taskTitle: tasks.has(options.task) ? tasks.get(options.task).title : options.task,
    seed: options.seed,
    options,
    status,
    message: runs.find((run) => run.status === 'failed')?.error ?? null,
    ...progressOf(runs, options, status === 'finished'),
    seconds: status === 'finished' ? secondsOf(runs) : null,
    stages,
    models: modelsOf(store, runs, stages, result),
    prompts: result?.comparison.n ?? 0,
    comparisons: result?.comparisons ?? [],
    samples: result?.samples ?? [],
    rewardAccuracy: runs.find(({ method }) => method === 'reward')?.latest.eval_accuracy ?? null,
  };
}

function statusOf(runs: readonly RunSummary[], isActive: boolean): QuickstartState['status'] {
  if (isComplete(runs)) return 'finished';
  if (isActive || runs.some(({ status }) => UNDER_WAY.includes(status))) return 'running';
  if (runs.some(({ status }) => status === 'failed')) return 'failed';
  return runs.some(({ status }) => status === 'stopped') ? 'stopped' : 'interrupted';
}

function stageState(store: Store, stage: QuickstartStage, runs: readonly RunSummary[]): QuickstartStageState {
  const run = runs.find(({ method }) => method === stage.method);
  const titleOf = (method: string) => quickstartStages.find((each) => each.method === method)?.title ?? method;
  const detail = run && getRun(store, run.id);
  return {
    method: stage.method,
    title: stage.title,
    needs: stage.needs.map(titleOf),
    run: run
      ? {
          id: run.id,
          name: run.name,
          status: run.status,
          step: run.step,
          maxSteps: run.maxSteps,
          secondsLeft: run.secondsLeft,
          error: run.error,
          seconds: detail?.seconds ?? null,
          cpuSeconds: detail?.cpuSeconds ?? null,
        }
      : null,
    evaluations: run && stage.compared ? readEvaluations(store, run.id).flatMap(evaluationOf) : [],
  };
}

function evaluationOf({ step, values }: MetricPoint) {
  const gold = values['eval_objective/gold'];
  return gold === undefined ? [] : [{ step, gold, kl: values['eval_objective/kl'] ?? null }];
}

/** Stages that are not alone run side by side: what is left is shared by this many. */
const LANES = 2;

/** Share of the work that is done, and the time left at the pace of the stages that have finished. */
function progressOf(runs: readonly RunSummary[], options: QuickstartOptions, isDone: boolean) {
  if (isDone) return { share: 1, secondsLeft: 0 };
  let [whole, done, left, timedCost, timedSeconds] = [0, 0, 0, 0, 0];
  for (const stage of quickstartStages) {
    const run = runs.find(({ method }) => method === stage.method);
    const cost = stage.cost(options);
    const part = cost * shareOf(run);
    whole += cost;
    done += part;
    left += (cost - part) / (stage.alone ? 1 : LANES);
    if (run?.status !== 'finished' && run?.status !== 'running') continue;
    timedCost += part;
    timedSeconds += wallSeconds(run);
  }
  const pace = timedCost > LEAST_TIMED ? timedSeconds / timedCost : 1;
  return { share: done / whole, secondsLeft: left * pace };
}

/** Seconds of cost that must be done before the pace says something. */
const LEAST_TIMED = 3;

function shareOf(run: RunSummary | undefined): number {
  if (run?.status === 'finished') return 1;
  return run && run.maxSteps > 0 ? run.step / run.maxSteps : 0;
}

const wallSeconds = ({ startedAt, endedAt }: RunSummary): number =>
  startedAt === null ? 0 : ((endedAt === null ? Date.now() : Date.parse(endedAt)) - Date.parse(startedAt)) / 1000;

/** From the first start to the last end. */
function secondsOf(runs: readonly RunSummary[]): number {
  const starts = runs.map(({ startedAt, createdAt }) => Date.parse(startedAt ?? createdAt));
  const ends = runs.flatMap(({ endedAt }) => (endedAt === null ? [] : [Date.parse(endedAt)]));
  return (Math.max(...ends) - Math.min(...starts)) / 1000;
}

/** The table's rows: as compared, or as far as the latest evaluations tell. */
function modelsOf(
  store: Store,
  runs: readonly RunSummary[],
  stages: readonly QuickstartStageState[],
  result: StageComparison | undefined,
): QuickstartModel[] {
  const models = listModels(store);
  return quickstartStages.flatMap(({ method, compared }): QuickstartModel[] => {
    if (compared === undefined) return [];
    const run = runs.find((each) => each.method === method);
    const name = models.find(({ runId }) => runId === run?.id)?.name ?? run?.name ?? null;
    const found = result?.models.find((model) => model.name === name);
    const head = { title: compared, method, name };
    if (!found) return [{ ...head, ...latestOf(run), kl: method === 'sft' ? 0 : klOf(stages, method) }];
    const { gold, quality, kl, tokens, ended, off_grammar: offGrammar, labels } = found;
    return [{ ...head, gold, quality, kl, tokens, ended, offGrammar, labels }];
  });
}

const klOf = (stages: readonly QuickstartStageState[], method: string): number | null =>
  stages.find((stage) => stage.method === method)?.evaluations.at(-1)?.kl ?? null;

function latestOf(run: RunSummary | undefined) {
  const value = (name: string) => run?.latest[`eval_${name}`] ?? null;
  return {
    gold: value('objective/gold'),
    quality: null,
    tokens: value('tokens/responses_len_mean'),
    ended: value('val/contain_eos_token'),
    offGrammar: value('val/off_grammar'),
    labels: null,
  };
}
