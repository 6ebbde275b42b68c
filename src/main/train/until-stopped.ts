/** Waits for somebody else, a judge or a function of the user's, as long as nobody asks to stop. */
import { setTimeout } from 'node:timers/promises';
import { StoppedWaiting } from './method.ts';

/** How often a waiting method looks whether it shall stop. */
const LOOK_MS = 100;

/** What `work` gives; throws StoppedWaiting when a stop is asked for before it is there (the work is left to itself). */
export async function untilStopped<T>(work: Promise<T>, stopRequested: () => boolean): Promise<T> {
  const over = new AbortController();
  const stopped = async (): Promise<never> => {
    while (!stopRequested()) await setTimeout(LOOK_MS, undefined, { signal: over.signal });
    throw new StoppedWaiting();
  };
  const watch = stopped();
  watch.catch(() => undefined);
  work.catch(() => undefined);
  try {
    return await Promise.race([work, watch]);
  } finally {
    over.abort();
  }
}
