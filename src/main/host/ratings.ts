/** Contract namespace `ratings`: what waits for a person, and what the person says. */
import { listRatingQueues, waitingItems } from '../data/store/rating-items.ts';
import { giveRatings, itemOf, skipItem, undoRating } from '../jobs/rating-desk.ts';
import type { Handlers, HostServices } from './services.ts';

const done = { ok: true } as const;

export const ratingsHandlers = ({ store, runner }: HostServices): Handlers<'ratings'> => ({
  'ratings.queues': () => listRatingQueues(store),
  'ratings.waiting': ({ runId, limit }) => waitingItems(store, runId, limit),
  'ratings.give'({ itemId, ...rating }) {
    const item = itemOf(store, itemId);
    giveRatings(store, [{ item, rating }]);
    runner.ratingsChanged(item.runId);
    return done;
  },
  'ratings.skip'({ itemId }) {
    skipItem(store, itemOf(store, itemId));
    return done;
  },
  'ratings.undo'({ runId, rater }) {
    const item = undoRating(store, runId, rater);
    runner.ratingsChanged(runId);
    return item;
  },
});
