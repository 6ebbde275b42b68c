/** Table `rating_items`: pairs of answers that a run wants rated before it goes on. */
import type { RatingItem, RatingQueue, ShownPair } from '../../../preload/contract/ratings.ts';
import { type Store, transaction, type WritableStore } from './store.ts';

const ITEM =
  'i.id, i.run_id AS runId, i.step, i.pair, i.prompt, i.completion_a AS a, i.completion_b AS b FROM rating_items AS i';
const UNRATED = 'i.taken = 0 AND NOT EXISTS (SELECT 1 FROM ratings AS r WHERE r.item_id = i.id)';

/**
 * Enters the pairs of a step. A pair that stands there already keeps its rating; one that differs from what stood there takes its place and
 * waits anew. Returns how many were replaced so.
 */
export function openRatingItems(
  store: WritableStore,
  runId: string,
  step: number,
  pairs: readonly ShownPair[],
): number {
  return transaction(store, () => {
    const there = itemsOfStep(store, runId, step);
    const same = (item: RatingItem) => {
      const pair = pairs[item.pair];
      return pair !== undefined && pair.prompt === item.prompt && pair.a === item.a && pair.b === item.b;
    };
    const stale = there.filter((item) => !same(item));
    for (const { id } of stale) store.prepare('DELETE FROM rating_items WHERE id = ?').run(id);
    const insert = store.prepare(`INSERT INTO rating_items (run_id, step, pair, prompt, completion_a, completion_b)
      VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (run_id, step, pair) DO NOTHING`);
    for (const [i, { prompt, a, b }] of pairs.entries()) insert.run(runId, step, i, prompt, a, b);
    return stale.length;
  });
}

const itemsOfStep = (store: Store, runId: string, step: number): RatingItem[] =>
  store.prepare(`SELECT ${ITEM} WHERE i.run_id = ? AND i.step = ? ORDER BY i.pair`).all(runId, step) as RatingItem[];

export const getRatingItem = (store: Store, id: number): RatingItem | undefined =>
  store.prepare(`SELECT ${ITEM} WHERE i.id = ?`).get(id) as RatingItem | undefined;

export const findRatingItem = (store: Store, runId: string, step: number, pair: number): RatingItem | undefined =>
  store.prepare(`SELECT ${ITEM} WHERE i.run_id = ? AND i.step = ? AND i.pair = ?`).get(runId, step, pair) as
    | RatingItem
    | undefined;

/** Pairs of a run that nobody has rated, in the order in which they are shown. */
export const waitingItems = (store: Store, runId: string, limit: number): RatingItem[] =>
  store
    .prepare(`SELECT ${ITEM} WHERE i.run_id = ? AND ${UNRATED} ORDER BY i.step, i.place, i.pair LIMIT ?`)
    .all(runId, limit) as RatingItem[];

/** The step of each live run that waits, the run that asked last first. */
export const listRatingQueues = (store: Store): RatingQueue[] =>
  store
    .prepare(`SELECT i.run_id AS runId, runs.name AS run, i.step, sum(${UNRATED}) AS waiting, sum(NOT (${UNRATED})) AS rated
      FROM rating_items AS i JOIN runs ON runs.id = i.run_id
      WHERE i.taken = 0 AND runs.status IN ('running', 'paused', 'queued') GROUP BY i.run_id, i.step HAVING waiting > 0 ORDER BY max(i.id) DESC`)
    .all() as RatingQueue[];

/** Behind all others of its step. */
export const putOffItem = (store: WritableStore, { id, runId, step }: RatingItem): void => {
  store
    .prepare(
      'UPDATE rating_items SET place = 1 + (SELECT max(place) FROM rating_items WHERE run_id = ? AND step = ?) WHERE id = ?',
    )
    .run(runId, step, id);
};

/** Before all others of its step. */
export const bringForwardItem = (store: WritableStore, { id, runId, step }: RatingItem): void => {
  store
    .prepare(
      'UPDATE rating_items SET place = (SELECT min(place) FROM rating_items WHERE run_id = ? AND step = ?) - 1 WHERE id = ?',
    )
    .run(runId, step, id);
};

/** The run has the ratings of this step. */
export const takeRatingItems = (store: WritableStore, runId: string, step: number): void => {
  store.prepare('UPDATE rating_items SET taken = 1 WHERE run_id = ? AND step = ?').run(runId, step);
};
