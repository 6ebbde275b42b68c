/** Tables `queues` and `queue_items`: pairs that people are asked to rate, and what a judge says of them. */
import { type Dealing, dealOut } from '../../base/deal-out.ts';
import { type Store, StoreError, transaction, type WritableStore } from './store.ts';

export interface QueueRecord {
  readonly id: string;
  readonly name: string;
  readonly kind: 'models' | 'dataset';
  readonly models: readonly string[];
  readonly versionId: string | null;
  readonly dataset: string | null;
  /** Its title. */
  readonly judge: string | null;
  readonly runId: string | null;
  readonly folder: string | null;
  readonly dealing: Dealing;
  readonly createdAt: string;
}

export interface NewQueueItem {
  readonly prompt: string;
  readonly first: string;
  readonly second: string;
  readonly firstModel: string;
  readonly secondModel: string;
  readonly sourceRow: number | null;
}

export type Judged = 'first' | 'second' | 'tie';

export interface QueueItemRow extends NewQueueItem {
  readonly id: number;
  readonly queueId: string;
  readonly position: number;
  /** People that it needs; null: everybody. */
  readonly needed: number | null;
  readonly judged: Judged | null;
  /** The judge's 1–5. */
  readonly judgeFirst: number | null;
  readonly judgeSecond: number | null;
}

interface QueueColumns extends Omit<QueueRecord, 'models' | 'dealing'>, Omit<Dealing, 'raters'> {
  readonly models: string;
  readonly raters: string;
}

const QUEUE = `SELECT id, name, kind, models, version_id AS versionId, dataset, judge, run_id AS runId, folder, raters, raters_each AS ratersEach,
  overlap_share AS overlapShare, created_at AS createdAt FROM queues`;
const toQueue = ({ raters, ratersEach, overlapShare, ...row }: QueueColumns): QueueRecord => ({
  ...row,
  models: JSON.parse(row.models) as string[],
  dealing: { raters: JSON.parse(raters) as string[], ratersEach, overlapShare },
});

const ITEM = `SELECT i.id, i.queue_id AS queueId, i.position, i.prompt, i.first, i.second, i.first_model AS firstModel, i.second_model AS secondModel,
  i.source_row AS sourceRow, i.needed, i.judged, i.judge_first AS judgeFirst, i.judge_second AS judgeSecond FROM queue_items AS i`;

/** The queue with its pairs, or without where they are still being made. Refuses a name that is taken with `name_taken`. */
export function insertQueue(store: WritableStore, queue: QueueRecord, items: readonly NewQueueItem[]): void {
  transaction(store, () => {
    if (store.prepare('SELECT 1 FROM queues WHERE name = ?').get(queue.name))
      throw new StoreError('name_taken', `there is a queue named "${queue.name}" already`);
    store
      .prepare(`INSERT INTO queues (id, name, kind, models, version_id, dataset, judge, run_id, folder, raters, raters_each, overlap_share, created_at)
        VALUES (@id, @name, @kind, @models, @versionId, @dataset, @judge, @runId, @folder, @raters, @ratersEach, @overlapShare, @createdAt)`)
      .run({
        ...queue,
        ...queue.dealing,
        models: JSON.stringify(queue.models),
        raters: JSON.stringify(queue.dealing.raters),
      });
    insertQueueItems(store, queue, items);
  });
}

/** Pairs of a queue that has none yet, dealt as it says; those of one that has them stay. */
export function insertQueueItems(
  store: WritableStore,
  { id: queueId, dealing }: Pick<QueueRecord, 'id' | 'dealing'>,
  items: readonly NewQueueItem[],
): void {
  transaction(store, () => {
    if (countItems(store, queueId) > 0) return;
    const insert =
      store.prepare(`INSERT INTO queue_items (queue_id, position, prompt, first, second, first_model, second_model, source_row, needed)
      VALUES (@queueId, @position, @prompt, @first, @second, @firstModel, @secondModel, @sourceRow, @needed)`);
    const deal = store.prepare('INSERT INTO queue_deals (item_id, rater) VALUES (?, ?)');
    const dealt = dealOut(items.length, dealing);
    for (const [position, item] of items.entries()) {
      const { needed, raters } = dealt[position];
      const { lastInsertRowid } = insert.run({ ...item, queueId, position, needed });
      for (const rater of raters) deal.run(lastInsertRowid, rater);
    }
  });
}

export const listQueues = (store: Store): QueueRecord[] =>
  (store.prepare(`${QUEUE} ORDER BY created_at DESC, rowid DESC`).all() as QueueColumns[]).map(toQueue);

export function getQueue(store: Store, id: string): QueueRecord | undefined {
  const row = store.prepare(`${QUEUE} WHERE id = ?`).get(id) as QueueColumns | undefined;
  return row && toQueue(row);
}

export const removeQueue = (store: WritableStore, id: string): void => {
  store.prepare('DELETE FROM queues WHERE id = ?').run(id);
};

export const countItems = (store: Store, queueId: string): number =>
  (store.prepare('SELECT count(*) AS n FROM queue_items WHERE queue_id = ?').get(queueId) as { n: number }).n;

export const countJudged = (store: Store, queueId: string): number =>
  (
    store.prepare('SELECT count(*) AS n FROM queue_items WHERE queue_id = ? AND judged IS NOT NULL').get(queueId) as {
      n: number;
    }
  ).n;

export const getQueueItem = (store: Store, id: number): QueueItemRow | undefined =>
  store.prepare(`${ITEM} WHERE i.id = ?`).get(id) as QueueItemRow | undefined;

export const listQueueItems = (store: Store, queueId: string): QueueItemRow[] =>
  store.prepare(`${ITEM} WHERE i.queue_id = ? ORDER BY i.position`).all(queueId) as QueueItemRow[];

/** Whether item `i` may be shown to `@rater`: dealt to them, or to whoever comes and not looked at by enough people. */
const IS_FOR = `CASE WHEN EXISTS (SELECT 1 FROM queue_deals AS d WHERE d.item_id = i.id)
  THEN EXISTS (SELECT 1 FROM queue_deals AS d WHERE d.item_id = i.id AND d.rater = @rater)
  ELSE i.needed IS NULL OR (SELECT count(*) FROM ratings AS r WHERE r.queue_item = i.id) < i.needed END`;
const IS_RATED = 'EXISTS (SELECT 1 FROM ratings AS r WHERE r.queue_item = i.id AND r.rater = @rater)';

/** Pairs that this person has rated or may still rate. */
export const countItemsFor = (store: Store, queueId: string, rater: string): number =>
  (
    store
      .prepare(`SELECT count(*) AS n FROM queue_items AS i WHERE i.queue_id = @queueId AND (${IS_RATED} OR ${IS_FOR})`)
      .get({ queueId, rater }) as { n: number }
  ).n;

/** What this person has not rated, in the queue's order; what was skipped comes last. */
export const nextQueueItem = (store: Store, queueId: string, rater: string): QueueItemRow | undefined =>
  store
    .prepare(`${ITEM} LEFT JOIN queue_skips AS s ON s.item_id = i.id AND s.rater = @rater
      WHERE i.queue_id = @queueId AND NOT ${IS_RATED} AND ${IS_FOR}
      ORDER BY coalesce(s.place, 0), i.position LIMIT 1`)
    .get({ queueId, rater }) as QueueItemRow | undefined;

/** Behind all others of this person (`ahead`: before them). */
export function placeQueueItem(
  store: WritableStore,
  { id, queueId }: QueueItemRow,
  rater: string,
  where: 'last' | 'first',
): void {
  const edge = where === 'last' ? '1 + max(0, max(place))' : '-1 + min(0, min(place))';
  store
    .prepare(`INSERT OR REPLACE INTO queue_skips (item_id, rater, place)
      VALUES (@id, @rater, coalesce((SELECT ${edge} FROM queue_skips WHERE rater = @rater
        AND item_id IN (SELECT id FROM queue_items WHERE queue_id = @queueId)), ${where === 'last' ? 1 : -1}))`)
    .run({ id, queueId, rater });
}

export interface Judgement {
  readonly position: number;
  readonly verdict: Judged;
  readonly first: number | null;
  readonly second: number | null;
}

export function storeJudgements(store: WritableStore, queueId: string, judgements: readonly Judgement[]): void {
  transaction(store, () => {
    const update = store.prepare(
      'UPDATE queue_items SET judged = ?, judge_first = ?, judge_second = ? WHERE queue_id = ? AND position = ?',
    );
    for (const { position, verdict, first, second } of judgements)
      update.run(verdict, first, second, queueId, position);
  });
}
