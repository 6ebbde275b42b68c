/** A workspace with something on every page, and the addresses of the pages. */
import { type Made, runId } from '../fixtures/compared-runs.ts';
import { MODEL, withModelAndPairs, withRuns } from './workspace.ts';

const made = (method: string, seed: number): Made => ({
  method,
  beta: 0.1,
  seed,
  gain: 1,
  group: 'two methods',
  steps: 60,
  evaluations: 6,
});
const RUNS = [1, 2, 3].flatMap((seed) => [made('online_dpo', seed), made('dpo', seed)]);

export async function withSomethingEverywhere(home: string): Promise<void> {
  await withModelAndPairs(home);
  await withRuns(RUNS)(home);
}

/** Address and the heading of level 1. */
export const WALKED: readonly (readonly [string, string])[] = [
  ['#/', 'Home'],
  ['#/datasets', 'Datasets'],
  ['#/datasets/import', 'Import'],
  ['#/experiments', 'Experiments'],
  ['#/experiments/new', 'New run'],
  [`#/runs/${runId(RUNS[0])}`, runId(RUNS[0])],
  [`#/compare?runs=${RUNS.map(runId).join()}`, 'Compare'],
  ['#/inspect', 'Inspect'],
  ['#/inspect?tab=force', 'Inspect'],
  ['#/inspect?tab=probes', 'Inspect'],
  ['#/rate', 'Rate'],
  ['#/rate/new', 'New queue'],
  ['#/lab', 'Lab'],
  ['#/models', 'Models'],
  [`#/models/${MODEL}`, MODEL],
  ['#/add-model', 'Add model'],
  ['#/settings', 'Settings'],
];
