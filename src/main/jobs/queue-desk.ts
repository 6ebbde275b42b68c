/** Where people rate queues: what they see next and on which side, what they say, what they take back; and what a queue's job has left meanwhile. */
import { createHash, randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { z } from 'zod';
import type { JudgeVerdict, QueueItem } from '../../preload/contract/queues.ts';
import type { Rating } from '../../preload/contract/ratings.ts';
import { countByRater, insertQueueRating, lastQueueRating } from '../data/store/queue-ratings.ts';
import {
  countItems,
  countItemsFor,
  countJudged,
  getQueue,
  getQueueItem,
  insertQueueItems,
  nextQueueItem,
  placeQueueItem,
  type QueueItemRow,
  type QueueRecord,
  storeJudgements,
} from '../data/store/queues.ts';
import { removeRating } from '../data/store/ratings.ts';
import type { Store, WritableStore } from '../data/store/store.ts';
import { QUEUE_FILES, queueItems, queueJudgements } from './queue-work.ts';
import { RunStateError } from './run-record.ts';

export class UnknownQueue extends Error {
  readonly code = 'not_found';
}

export function queueOf(store: Store, id: string): QueueRecord {
  const queue = getQueue(store, id);
  if (!queue) throw new UnknownQueue('this queue does not exist any more');
  return queue;
}

/** Whether the item's second answer is A for this person: drawn from the item and the name, so that it stays when the page is loaded anew. */
export function isFlipped({ id, queueId }: Pick<QueueItemRow, 'id' | 'queueId'>, rater: string): boolean {
  const [byte] = createHash('sha256').update(`${queueId}:${id}:${rater}`).digest();
  return byte % 2 === 1;
}

const sides = <T>(flipped: boolean, first: T, second: T): { readonly a: T; readonly b: T } =>
  flipped ? { a: second, b: first } : { a: first, b: second };

function shown(store: Store, item: QueueItemRow, rater: string): QueueItem {
  const { id, queueId, prompt, first, second } = item;
  const rated = countByRater(store, queueId).find(({ name }) => name === rater)?.ratings ?? 0;
  return {
    id,
    queueId,
    prompt,
    ...sides(isFlipped(item, rater), first, second),
    rated,
    total: countItemsFor(store, queueId, rater),
  };
}

/** What this person rates next; null when nothing is left. */
export function nextFor(store: Store, queueId: string, rater: string): QueueItem | null {
  const item = nextQueueItem(store, queueId, rater);
  return item ? shown(store, item, rater) : null;
}

export function queueItemOf(store: Store, id: number): QueueItemRow {
  const item = getQueueItem(store, id);
  if (item) return item;
  throw new RunStateError('this pair is no longer there: its queue was removed');
}

const JUDGE_SIDES = { first: ['b', 'a'], second: ['a', 'b'] } as const;

/** Returns when the rating survives a power cut; with it what the judge said, in the sides that were shown. */
export function rateItem(
  store: WritableStore,
  itemId: number,
  rating: Rating & { readonly tags: readonly string[] },
): JudgeVerdict | null {
  const item = queueItemOf(store, itemId);
  const flipped = isFlipped(item, rating.rater);
  const texts = sides(flipped, item.first, item.second);
  const models = sides(flipped, item.firstModel, item.secondModel);
  insertQueueRating(store, {
    ...rating,
    id: randomUUID(),
    itemId,
    flipped,
    prompt: item.prompt,
    completionA: texts.a,
    completionB: texts.b,
    modelA: models.a,
    modelB: models.b,
    createdAt: new Date().toISOString(),
  });
  const { judge } = queueOf(store, item.queueId);
  if (judge === null || item.judged === null) return null;
  return { judge, verdict: item.judged === 'tie' ? 'tie' : JUDGE_SIDES[item.judged][flipped ? 0 : 1] };
}

export function skipFor(store: WritableStore, itemId: number, rater: string): void {
  placeQueueItem(store, queueItemOf(store, itemId), rater, 'last');
}

/** Takes back this person's last rating; the pair is the next one again. */
export function undoFor(store: WritableStore, queueId: string, rater: string): QueueItem {
  const last = lastQueueRating(store, queueId, rater);
  if (!last) throw new RunStateError('there is no rating of yours in this queue to take back');
  const item = queueItemOf(store, last.itemId);
  placeQueueItem(store, item, rater, 'first');
  removeRating(store, last.id);
  return shown(store, item, rater);
}

/** Takes what the queue's job has left into the store; does nothing the second time. */
export function takeIn(store: WritableStore, queue: QueueRecord): void {
  const { id, folder } = queue;
  if (folder === null) return;
  if (countItems(store, id) === 0) {
    const items = left(folder, QUEUE_FILES.items, queueItems);
    if (items) insertQueueItems(store, queue, items);
  }
  if (queue.judge === null || countItems(store, id) === 0 || countJudged(store, id) > 0) return;
  const judgements = left(folder, QUEUE_FILES.judgements, queueJudgements);
  if (judgements) storeJudgements(store, id, judgements);
}

/** A file of a job appears when it is complete. */
function left<T extends z.ZodType>(folder: string, name: string, schema: T): z.output<T> | undefined {
  const path = join(folder, name);
  return existsSync(path) ? schema.parse(JSON.parse(readFileSync(path, 'utf8'))) : undefined;
}
