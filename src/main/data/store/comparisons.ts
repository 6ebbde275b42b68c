/** Table `comparisons`: win, tie and loss of one model, or of one series of runs, against another. */
import type { CompareVerdict } from '../../../preload/contract/compare.ts';
import type { ComparisonRow } from '../../../preload/contract/runs.ts';
import type { Store, WritableStore } from './store.ts';

const INSERT = `INSERT INTO comparisons (task, a, b, n, win, tie, loss, win_rate, low, high, mean_reward_a, mean_reward_b, judge, created_at,
    a_key, b_key, length_controlled, length_a, length_b)
  VALUES (@task, @a, @b, @n, @win, @tie, @loss, @winRate, @low, @high, @meanRewardA, @meanRewardB, @judge, @createdAt,
    @aKey, @bKey, @lengthControlled, @lengthA, @lengthB)`;

const NO_RUNS = { aKey: null, bKey: null, lengthControlled: null, lengthA: null, lengthB: null };

export function insertComparison(store: WritableStore, row: ComparisonRow): void {
  const { interval, ...rest } = row;
  store.prepare(INSERT).run({ ...rest, ...NO_RUNS, low: interval[0], high: interval[1] });
}

/** A comparison of two series of runs: `a` and `b` are their labels, `aKey` and `bKey` their keys. */
export interface RunComparison extends ComparisonRow {
  readonly aKey: string;
  readonly bKey: string;
  readonly lengthControlled: number;
  readonly lengthA: number;
  readonly lengthB: number;
}

export function insertRunComparison(store: WritableStore, { interval, ...row }: RunComparison): void {
  store.prepare(INSERT).run({ ...row, low: interval[0], high: interval[1] });
}

type Bounds = { low: number; high: number };

/** Newest first. */
export function listComparisons(store: Store): ComparisonRow[] {
  const rows = store
    .prepare(`SELECT task, a, b, n, win, tie, loss, win_rate AS winRate, low, high, mean_reward_a AS meanRewardA, mean_reward_b AS meanRewardB,
      judge, created_at AS createdAt FROM comparisons ORDER BY id DESC`)
    .all() as (Omit<ComparisonRow, 'interval'> & Bounds)[];
  return rows.map(({ low, high, ...rest }) => ({ ...rest, interval: [low, high] }));
}

/** What was said of pairs of these keys, the newest of each pair and judge. */
export function listVerdicts(store: Store, keys: readonly string[]): CompareVerdict[] {
  const rows = store
    .prepare(`SELECT a_key AS a, b_key AS b, judge, task, n, win, tie, loss, win_rate AS winRate, low, high, length_controlled AS lengthControlled,
      length_a AS lengthA, length_b AS lengthB, created_at AS createdAt FROM comparisons
      WHERE a_key IN (SELECT value FROM json_each(@keys)) AND b_key IN (SELECT value FROM json_each(@keys)) ORDER BY id DESC`)
    .all({ keys: JSON.stringify(keys) }) as (Omit<CompareVerdict, 'interval' | 'lengthUnit'> & Bounds)[];
  const newest = new Map<string, CompareVerdict>();
  for (const { low, high, ...rest } of rows) {
    const pair = [[rest.a, rest.b].sort(), rest.judge].join(' ');
    if (!newest.has(pair)) newest.set(pair, { ...rest, lengthUnit: 'tokens', interval: [low, high] });
  }
  return [...newest.values()];
}
