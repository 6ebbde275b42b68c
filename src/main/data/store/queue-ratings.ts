/** Ratings of queues in the table `ratings`: one of each person on each pair, acknowledged only when it is on the disk. */
import type { Rating } from '../../../preload/contract/ratings.ts';
import { type Store, StoreError, transaction, type WritableStore, withFullSync } from './store.ts';

/** A rating in the sides it was shown in; `flipped`: the item's second answer was A. */
export interface QueueRatingRow extends Rating {
  readonly id: string;
  readonly itemId: number;
  readonly flipped: boolean;
  readonly tags: readonly string[];
  readonly createdAt: string;
}

export interface ShownRating extends QueueRatingRow {
  readonly prompt: string;
  readonly completionA: string;
  readonly completionB: string;
  readonly modelA: string;
  readonly modelB: string;
}

/** Returns when it survives a power cut; a second rating of the same person on the same pair is refused with `already_rated`. */
export function insertQueueRating(store: WritableStore, row: ShownRating): void {
  const insert =
    store.prepare(`INSERT INTO ratings (id, queue_item, flipped, tags, prompt, completion_a, completion_b, model_a, model_b, verdict, quality_a, quality_b,
      rater, comment, created_at)
    SELECT @id, @itemId, @flipped, @tags, @prompt, @completionA, @completionB, @modelA, @modelB, @verdict, @qualityA, @qualityB, @rater, @comment, @createdAt
    WHERE NOT EXISTS (SELECT 1 FROM ratings WHERE queue_item = @itemId AND rater = @rater)`);
  const values = { ...row, flipped: Number(row.flipped), tags: JSON.stringify(row.tags) };
  withFullSync(store, () =>
    transaction(store, () => {
      if (insert.run(values).changes === 0) throw new StoreError('already_rated', 'you have rated this pair already');
    }),
  );
}

type Columns = Omit<QueueRatingRow, 'flipped' | 'tags'> & { readonly flipped: number; readonly tags: string };

const COLUMNS = `r.id, r.queue_item AS itemId, r.flipped, r.tags, r.verdict, r.quality_a AS qualityA, r.quality_b AS qualityB, r.rater, r.comment,
  r.created_at AS createdAt FROM ratings AS r JOIN queue_items AS i ON i.id = r.queue_item`;

const toRating = (row: Columns): QueueRatingRow => ({
  ...row,
  flipped: row.flipped === 1,
  tags: JSON.parse(row.tags) as string[],
});

/** In the order in which they were given. */
export const listQueueRatings = (store: Store, queueId: string): QueueRatingRow[] =>
  (
    store.prepare(`SELECT ${COLUMNS} WHERE i.queue_id = ? ORDER BY r.created_at, r.rowid`).all(queueId) as Columns[]
  ).map(toRating);

export function lastQueueRating(store: Store, queueId: string, rater: string): QueueRatingRow | undefined {
  const row = store
    .prepare(`SELECT ${COLUMNS} WHERE i.queue_id = ? AND r.rater = ? ORDER BY r.created_at DESC, r.rowid DESC LIMIT 1`)
    .get(queueId, rater) as Columns | undefined;
  return row && toRating(row);
}

/** Who has rated how much of a queue, by name. */
export const countByRater = (store: Store, queueId: string): { name: string; ratings: number }[] =>
  store
    .prepare(`SELECT r.rater AS name, count(*) AS ratings FROM ratings AS r JOIN queue_items AS i ON i.id = r.queue_item
      WHERE i.queue_id = ? GROUP BY r.rater ORDER BY r.rater`)
    .all(queueId) as { name: string; ratings: number }[];

/** Ratings by the item they are of. */
export function ratingsByItem(ratings: readonly QueueRatingRow[]): Map<number, QueueRatingRow[]> {
  const groups = new Map<number, QueueRatingRow[]>();
  for (const rating of ratings) {
    const group = groups.get(rating.itemId);
    if (group) group.push(rating);
    else groups.set(rating.itemId, [rating]);
  }
  return groups;
}
