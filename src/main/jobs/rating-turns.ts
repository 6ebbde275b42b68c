/** A job that waits for a person gives its cores back, and takes a place in the queue again when its pairs are rated. */
import type { ShownPair } from '../../preload/contract/ratings.ts';
import type { WritableStore } from '../data/store/store.ts';
import type { CoreQueue } from './core-queue.ts';
import type { LiveJob } from './live-jobs.ts';
import { ratingsFor, waitForRatings } from './rating-desk.ts';
import type { RunNews } from './run-news.ts';
import { summaryOf } from './run-record.ts';

export interface RatingTurns {
  /** The job asks: with pairs that were rated before it goes on at once, else without its cores it waits. */
  ask(mine: LiveJob, question: { readonly step: number; readonly pairs: readonly ShownPair[] }): void;
  /** Looks whether a waiting job has its ratings, whoever gave them, and tells of what changed. */
  look(mine: LiveJob): void;
  /** A paused job wants no cores. */
  paused(mine: LiveJob): void;
  resumed(mine: LiveJob): void;
}

export function createRatingTurns(store: WritableStore, queue: CoreQueue, news: RunNews): RatingTurns {
  /** The ratings of the step that is asked for, once they are complete. */
  const take = (mine: LiveJob) => {
    if (!mine.asked) return;
    const { step } = mine.asked;
    const ratings = ratingsFor(store, mine.id, step);
    mine.asked.waiting = summaryOf(store, mine.id).ratingsWaiting;
    if (!ratings) return;
    mine.asked = undefined;
    mine.rated = { step, ratings };
  };
  const goOn = (mine: LiveJob) => {
    if (!mine.rated) return;
    mine.process.post({ type: 'ratings', ...mine.rated });
    mine.rated = undefined;
  };
  /** To be called when the job has no cores. */
  const queueUp = (mine: LiveJob) => {
    if (!mine.rated || summaryOf(store, mine.id).status === 'paused') return;
    const turn = { id: mine.id, threads: () => mine.threads };
    queue.join({
      ...turn,
      begin() {
        news.change(mine.id, { status: 'running' });
        goOn(mine);
      },
    });
    queue.serve();
    if (!queue.waiting.includes(mine.id)) return;
    news.log(mine.id, `its pairs are rated; ${placeWords(queue.waiting.indexOf(mine.id))}`, 'info');
    news.change(mine.id, { status: 'queued' });
  };
  return {
    ask(mine, { step, pairs }) {
      const replaced = waitForRatings(store, mine.id, { step, pairs });
      if (replaced) news.log(mine.id, replaced, 'warning');
      mine.asked = { step, waiting: 0 };
      take(mine);
      goOn(mine);
      if (mine.asked) queue.giveBack(mine.id);
      news.change(mine.id, { secondsLeft: null });
      queue.serve();
    },
    look(mine) {
      if (!mine.asked || summaryOf(store, mine.id).ratingsWaiting === mine.asked.waiting) return;
      take(mine);
      news.change(mine.id, {});
      queueUp(mine);
    },
    paused(mine) {
      queue.leave(mine.id);
    },
    resumed: queueUp,
  };
}

const placeWords = (before: number): string =>
  before === 0
    ? 'it waits for free cores'
    : `it waits for free cores behind ${before} other run${before === 1 ? '' : 's'}`;
