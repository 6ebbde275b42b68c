/** The job process's outgoing events: collected, sent at most five times a second, held back while the host cannot keep up. */
import type { FromJob, JobEvent } from './messages.ts';

/** Between two batches. */
export const BATCH_MS = 200;
/** Batches the host has not yet stored; beyond this the next ones wait here. */
export const UNACKNOWLEDGED = 3;
/** Events that may wait before the job itself has to (`full`). */
export const WAITING = 2000;

export interface Outbox {
  add(event: JobEvent): void;
  /** The host stored a batch. */
  acknowledge(batch: number): void;
  /** Sends when it is time and the host keeps up. */
  flush(options?: { readonly now: boolean }): void;
  readonly full: boolean;
  close(): void;
}

export function createOutbox(post: (message: FromJob) => void): Outbox {
  let waiting: JobEvent[] = [];
  let sent = 0;
  let acknowledged = 0;
  let last = 0;
  const flush = ({ now } = { now: false }) => {
    const time = Date.now();
    if (waiting.length === 0 || (!now && (time - last < BATCH_MS || sent - acknowledged >= UNACKNOWLEDGED))) return;
    last = time;
    sent++;
    post({ type: 'events', batch: sent, events: waiting, memoryBytes: process.memoryUsage.rss() });
    waiting = [];
  };
  // Steps block the thread, so the timer only matters between them and while paused.
  const timer = setInterval(flush, BATCH_MS);
  timer.unref();
  return {
    add(event) {
      waiting.push(event);
      // what a resume goes back to is known as soon as it is there
      flush({ now: event.type === 'checkpoint' || (event.type === 'progress' && event.now === true) });
    },
    acknowledge(batch) {
      acknowledged = Math.max(acknowledged, batch);
      flush();
    },
    flush,
    get full() {
      return waiting.length >= WAITING;
    },
    close: () => clearInterval(timer),
  };
}
