/** Seconds left of a job from the pace of its latest steps; time spent paused does not count. */

/** Weight of the newest step in the running mean of seconds per step. */
const NEWEST = 0.1;

export interface TimeLeft {
  /** After `step` of `maxSteps`; null until two steps are known. */
  at(step: number, maxSteps: number): number | null;
  /** The clock stands still until the next `at`. */
  interrupt(): void;
}

export function createTimeLeft(now: () => number = () => performance.now() / 1000): TimeLeft {
  let last: { readonly step: number; readonly time: number } | undefined;
  let pace: number | undefined;
  return {
    at(step, maxSteps) {
      const time = now();
      if (last && step > last.step) {
        const latest = (time - last.time) / (step - last.step);
        pace = pace === undefined ? latest : pace + NEWEST * (latest - pace);
      }
      last = { step, time };
      return pace === undefined ? null : Math.max(0, pace * (maxSteps - step));
    },
    interrupt() {
      last = undefined;
    },
  };
}
