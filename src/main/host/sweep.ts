/** Many runs from one config: every combination of some options' values, times seeds. */
import { RpcError } from '../../preload/contract/rpc.ts';
import { findRunByName, listRuns } from '../data/store/runs.ts';
import type { Store } from '../data/store/store.ts';
import type { NewJob } from '../jobs/new-job.ts';

export interface SweepRequest {
  readonly config: Readonly<Record<string, unknown>>;
  readonly name?: string;
  readonly vary: readonly { readonly key: string; readonly values: readonly unknown[] }[];
  readonly seeds: readonly number[];
}

/** Runs that may be started at once. */
const MOST_RUNS = 200;

/** The configs, the last option's values changing fastest and the seeds fastest of all. */
export function gridOf({ config, vary, seeds }: SweepRequest): Record<string, unknown>[] {
  let configs: Record<string, unknown>[] = [{ ...config }];
  for (const { key, values } of [...vary, { key: 'seed', values: seeds }])
    configs = configs.flatMap((each) => values.map((value) => ({ ...each, [key]: value })));
  return configs;
}

/** Jobs of one group, every one of them checked. Throws what `check` throws, with the combination that it was. */
export async function sweepJobs(
  store: Store,
  request: SweepRequest,
  check: (config: Readonly<Record<string, unknown>>) => Promise<NewJob>,
): Promise<{ group: string; jobs: NewJob[] }> {
  const { vary, seeds } = request;
  const keys = vary.map(({ key }) => key);
  if (new Set(keys).size < keys.length || keys.includes('seed') || keys.includes('method'))
    throw new RpcError('invalid_input', `An option is varied once, and "seed" and "method" never: ${keys.join(', ')}.`);
  const count = vary.reduce((product, { values }) => product * values.length, seeds.length);
  if (count > MOST_RUNS)
    throw new RpcError('invalid_input', `${count} runs were asked for; ${MOST_RUNS} can be started at once.`);
  const jobs: NewJob[] = [];
  for (const config of gridOf(request)) jobs.push(await check(config));
  const group = freeGroup(store, request.name ?? `${jobs[0].nameBase ?? jobs[0].method} sweep`);
  const names = request.name === undefined ? undefined : numbered(store, request.name, jobs.length);
  return { group, jobs: jobs.map((job, i) => ({ ...job, group, name: names?.[i] })) };
}

/** A group of its own: "name", "name 2", … */
function freeGroup(store: Store, name: string): string {
  const taken = new Set(listRuns(store).map(({ group }) => group));
  for (let n = 1; ; n++) {
    const group = n === 1 ? name : `${name} ${n}`;
    if (!taken.has(group)) return group;
  }
}

/** "name-01" … Throws when one of them is taken. */
function numbered(store: Store, name: string, count: number): string[] {
  const digits = Math.max(2, String(count).length);
  const names = Array.from({ length: count }, (_, i) => `${name}-${String(i + 1).padStart(digits, '0')}`);
  const taken = names.find((each) => findRunByName(store, each) !== undefined);
  if (taken !== undefined)
    throw new RpcError('invalid_input', `There is a run named "${taken}" already.`, { key: 'name' });
  return names;
}
