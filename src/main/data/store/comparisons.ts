/** Table `comparisons`: win, tie and loss of one model against another. */
import type { ComparisonRow } from '../../../preload/contract/runs.ts';
import type { Store, WritableStore } from './store.ts';

export function insertComparison(store: WritableStore, row: ComparisonRow): void {
  const { interval, ...rest } = row;
  store
    .prepare(`INSERT INTO comparisons (task, a, b, n, win, tie, loss, win_rate, low, high, mean_reward_a, mean_reward_b, judge, created_at)
      VALUES (@task, @a, @b, @n, @win, @tie, @loss, @winRate, @low, @high, @meanRewardA, @meanRewardB, @judge, @createdAt)`)
    .run({ ...rest, low: interval[0], high: interval[1] });
}

/** Newest first. */
export function listComparisons(store: Store): ComparisonRow[] {
  const rows = store
    .prepare(`SELECT task, a, b, n, win, tie, loss, win_rate AS winRate, low, high, mean_reward_a AS meanRewardA, mean_reward_b AS meanRewardB,
      judge, created_at AS createdAt FROM comparisons ORDER BY id DESC`)
    .all() as (Omit<ComparisonRow, 'interval'> & { low: number; high: number })[];
  return rows.map(({ low, high, ...rest }) => ({ ...rest, interval: [low, high] }));
}
