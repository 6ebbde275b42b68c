/** Judged comparisons of series: the job that is asked for, what it leaves in the store, and the table's rows of win rates. */
import type { z } from 'zod';
import {
  type CompareRow,
  type CompareVerdict,
  type compareJudgeRequest,
  verdictBetween,
} from '../../preload/contract/compare.ts';
import { RpcError } from '../../preload/contract/rpc.ts';
import { findVersion } from '../data/datasets/find.ts';
import { insertRunComparison } from '../data/store/comparisons.ts';
import type { RunRecord } from '../data/store/runs.ts';
import { type Store, transaction, type WritableStore } from '../data/store/store.ts';
import type { Series } from '../evaluate/runs/series.ts';
import { COMPARE_RUNS, type CompareRunsConfig, compareRunsResult } from '../jobs/compare-runs-config.ts';
import type { NewJob } from '../jobs/new-job.ts';
import { withJudge } from './run-judges.ts';
import type { HostServices } from './services.ts';

/** Key of a model that is no run's. */
export const modelKey = (name: string): string => `model:${name}`;

/** How a side is called in lists of comparisons. */
const nameOf = ({ models }: Pick<Series, 'models'>): string =>
  models.length === 1 ? models[0] : `${models[0]} and ${models.length - 1} more seeds`;

/** The job that lets all sides answer and be judged. Throws `invalid_input` when there are not two that can answer, or the judge lacks its model. */
export function judgingJob(
  { store, workspace }: Pick<HostServices, 'store' | 'workspace'>,
  series: readonly Series[],
  request: z.output<typeof compareJudgeRequest>,
  reference: string | null,
): NewJob {
  const { judge, rewardModel, endpoint, prompts, seed } = request;
  const sides = series.flatMap((each) =>
    each.models.length === 0 ? [] : [{ key: each.key, name: nameOf(each), models: each.models }],
  );
  if (reference !== null && request.reference)
    sides.push({ key: modelKey(reference), name: reference, models: [reference] });
  if (sides.length < 2)
    throw new RpcError(
      'invalid_input',
      'Two sides are needed whose models can answer: runs that have finished and are no reward models.',
    );
  if (judge === 'llm' && endpoint === null)
    throw new RpcError('invalid_input', 'The judge "llm" needs an endpoint: the name of a judge of Settings.', {
      key: 'endpoint',
    });
  if (judge === 'reward-model' && rewardModel === null)
    throw new RpcError('invalid_input', 'The judge "reward-model" needs a reward model.', { key: 'rewardModel' });
  const config: CompareRunsConfig = {
    method: COMPARE_RUNS,
    models: [...new Set(sides.flatMap(({ models }) => models))],
    sides,
    judge,
    prompts,
    seed,
    ...(rewardModel === null ? {} : { reward_model: rewardModel }),
    ...datasetOf(store, series, request.dataset),
  };
  // the address goes into the record: it says who judged, and the key goes to that address alone
  const asked = judge === 'llm' ? withJudge({ ...config, judge_endpoint: endpoint }, workspace) : config;
  return { method: COMPARE_RUNS, config: asked, nameBase: 'comparison' };
}

/** Where no task fits: the data named, else what the first run was evaluated or trained on, as far as it is still there. */
function datasetOf(store: Store, series: readonly Series[], named: string | null): { dataset?: string } {
  const isKnown = (name: unknown): name is string => typeof name === 'string' && findVersion(store, name) !== undefined;
  if (named !== null && !isKnown(named))
    throw new RpcError('not_found', `dataset: there is no dataset named "${named}" in the workspace.`, {
      key: 'dataset',
    });
  const { config } = series[0].members[0];
  const found = [named, config.eval_dataset, config.dataset].find(isKnown);
  return found === undefined ? {} : { dataset: found };
}

/** Puts what a judging job found into the store. */
export function keepVerdicts(store: WritableStore, run: RunRecord, result: unknown): void {
  if (run.method !== COMPARE_RUNS) return;
  const parsed = compareRunsResult.safeParse(result);
  if (!parsed.success) return; // stopped before it had anything to say
  const createdAt = new Date().toISOString();
  transaction(store, () => {
    for (const verdict of parsed.data.verdicts) insertRunComparison(store, { ...verdict, createdAt });
  });
}

/** Win rate and length-controlled win rate of every series against one side; none where nobody was judged against it. */
export function winRateRows(
  verdicts: readonly CompareVerdict[],
  series: readonly Series[],
  against: { readonly key: string; readonly name: string },
): CompareRow[] {
  const found = series.map(({ key }) => (key === against.key ? null : verdictBetween(verdicts, key, against.key)));
  if (found.every((each) => each === null)) return [];
  const row = { unit: 'share', metric: null, better: 'higher' } as const;
  const cell = (value: number, interval: readonly [number, number] | null) => ({
    value,
    low: interval?.[0] ?? null,
    high: interval?.[1] ?? null,
    difference: null,
    best: false,
  });
  return [
    {
      ...row,
      id: `win-rate ${against.key}`,
      title: `Win rate against ${against.name}`,
      help: '(wins + ½ ties) / n by the judge, with the 95% interval over prompts.',
      cells: found.map((each) => each && cell(each.winRate, each.interval)),
    },
    {
      ...row,
      id: `length-controlled ${against.key}`,
      title: `LC win rate against ${against.name}`,
      help: 'Length-controlled: the win rate predicted at equal length (AlpacaEval’s regression).',
      cells: found.map((each) => each && cell(each.lengthControlled, null)),
    },
  ];
}
