/** Where runs leave their questions to people and people their answers: over the store, so that any program on the workspace may answer. */
import { randomUUID } from 'node:crypto';
import type { Rating, RatingItem, ShownPair } from '../../preload/contract/ratings.ts';
import {
  bringForwardItem,
  getRatingItem,
  openRatingItems,
  putOffItem,
  takeRatingItems,
} from '../data/store/rating-items.ts';
import { insertRatings, lastOpenRating, ratingsOfStep, removeRating } from '../data/store/ratings.ts';
import type { Store, WritableStore } from '../data/store/store.ts';
import { RunStateError } from './run-record.ts';

/** Enters what a run asks; returns what is to be said when other pairs stood there before. */
export function waitForRatings(
  store: WritableStore,
  runId: string,
  { step, pairs }: { readonly step: number; readonly pairs: readonly ShownPair[] },
): string | undefined {
  const replaced = openRatingItems(store, runId, step, pairs);
  if (replaced === 0) return undefined;
  return `${replaced} pairs of step ${step + 1} are not those that were shown before (another number of threads, or another program version?): they wait anew`;
}

/** The ratings of a step once none is missing; from then on they cannot be taken back. */
export function ratingsFor(store: WritableStore, runId: string, step: number): Rating[] | undefined {
  const ratings = ratingsOfStep(store, runId, step);
  if (ratings) takeRatingItems(store, runId, step);
  return ratings;
}

/** Returns when the ratings survive a power cut: all of them or none. */
export function giveRatings(
  store: WritableStore,
  given: readonly { readonly item: RatingItem; readonly rating: Rating }[],
): void {
  const createdAt = new Date().toISOString();
  const rows = given.map(({ item, rating }) => ({
    ...rating,
    id: randomUUID(),
    itemId: item.id,
    prompt: item.prompt,
    completionA: item.a,
    completionB: item.b,
    modelA: null,
    modelB: null,
    createdAt,
  }));
  insertRatings(store, rows);
}

/** Puts a pair behind all others of its step. */
export const skipItem = (store: WritableStore, item: RatingItem): void => putOffItem(store, item);

/** Takes back the last rating of this person; the pair is the next one again. */
export function undoRating(store: WritableStore, runId: string, rater: string): RatingItem {
  const last = lastOpenRating(store, runId, rater);
  const item = last && getRatingItem(store, last.itemId);
  if (!item) throw new RunStateError('there is no rating to take back: the run has gone on with what you said');
  removeRating(store, last.id);
  bringForwardItem(store, item);
  return item;
}

/** A pair that must be there. */
export function itemOf(store: Store, id: number): RatingItem {
  const item = getRatingItem(store, id);
  if (item) return item;
  throw new RunStateError('this pair is no longer asked for: its run asks for another one, or is removed');
}
