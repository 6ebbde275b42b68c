/** Table `ratings`: judgements of people; acknowledged only when they are on the disk. */
import type { Rating } from '../../../preload/contract/ratings.ts';
import { type Store, StoreError, transaction, type WritableStore, withFullSync } from './store.ts';

export interface RatingRow extends Rating {
  readonly id: string;
  /** The waiting pair that it answers; null for a pair that nobody waits for. */
  readonly itemId: number | null;
  readonly prompt: string;
  readonly completionA: string;
  readonly completionB: string;
  readonly modelA: string | null;
  readonly modelB: string | null;
  readonly createdAt: string;
}

const COLUMNS = `id, item_id AS itemId, prompt, completion_a AS completionA, completion_b AS completionB, model_a AS modelA, model_b AS modelB,
  verdict, quality_a AS qualityA, quality_b AS qualityB, rater, comment, created_at AS createdAt`;

/** Returns when the rows survive a power cut. All or none: a pair that was rated before is refused with `already_rated`. */
export function insertRatings(store: WritableStore, rows: readonly RatingRow[]): void {
  const insert =
    store.prepare(`INSERT INTO ratings (id, item_id, prompt, completion_a, completion_b, model_a, model_b, verdict, quality_a, quality_b, rater, comment, created_at)
    SELECT @id, @itemId, @prompt, @completionA, @completionB, @modelA, @modelB, @verdict, @qualityA, @qualityB, @rater, @comment, @createdAt
    WHERE NOT EXISTS (SELECT 1 FROM ratings WHERE item_id = @itemId)`);
  const insertAll = () => {
    for (const row of rows)
      if (insert.run(row).changes === 0) throw new StoreError('already_rated', 'this pair is rated already');
  };
  withFullSync(store, () => transaction(store, insertAll));
}

export const listRatings = (store: Store): RatingRow[] =>
  store.prepare(`SELECT ${COLUMNS} FROM ratings ORDER BY created_at, rowid`).all() as RatingRow[];

/** What was said of each pair of a run's step, by pair; undefined as long as one of them waits, or when the step has none. */
export function ratingsOfStep(store: Store, runId: string, step: number): Rating[] | undefined {
  const rows = store
    .prepare(`SELECT r.verdict, r.quality_a AS qualityA, r.quality_b AS qualityB, r.comment, r.rater
      FROM rating_items AS i LEFT JOIN ratings AS r ON r.item_id = i.id WHERE i.run_id = ? AND i.step = ? ORDER BY i.pair`)
    .all(runId, step) as (Rating | Record<keyof Rating, null>)[];
  const isRated = (row: (typeof rows)[number]): row is Rating => row.verdict !== null;
  return rows.length > 0 && rows.every(isRated) ? rows : undefined;
}

/** The newest rating of this person that the run has not got yet. */
export const lastOpenRating = (
  store: Store,
  runId: string,
  rater: string,
): { id: string; itemId: number } | undefined =>
  store
    .prepare(`SELECT r.id, r.item_id AS itemId FROM ratings AS r JOIN rating_items AS i ON i.id = r.item_id
      WHERE i.run_id = ? AND i.taken = 0 AND r.rater = ? ORDER BY r.created_at DESC, r.rowid DESC LIMIT 1`)
    .get(runId, rater) as { id: string; itemId: number } | undefined;

export const removeRating = (store: WritableStore, id: string): void => {
  withFullSync(store, () => store.prepare('DELETE FROM ratings WHERE id = ?').run(id));
};
