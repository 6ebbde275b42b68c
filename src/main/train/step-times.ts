/** Where the time of a training step goes: parts of its work say what they are for, the rest is the update. */
import { AsyncLocalStorage } from 'node:async_hooks';

/** What a step spends time on besides forward and backward passes; metrics `time/…` have the same names. */
export type StepPart = 'sampling' | 'annotator' | 'reference' | 'scoring' | 'optimiser';

interface Clock {
  /** Seconds by part, each without the parts within it. */
  readonly seconds: Map<StepPart, number>;
  /** Parts that have begun, the innermost last. */
  readonly open: StepPart[];
  /** When the innermost part, or its last inner one, ended or began. */
  since: number;
}

const clocks = new AsyncLocalStorage<Clock>();

/** Seconds since the last mark go to the innermost part that is open. */
function mark(clock: Clock): void {
  const now = performance.now();
  const part = clock.open.at(-1);
  if (part) clock.seconds.set(part, (clock.seconds.get(part) ?? 0) + (now - clock.since) / 1000);
  clock.since = now;
}

/** Counts the time of `work` as this part of the step it belongs to; outside of steps, as in evaluations, nothing is counted. */
export async function timed<T>(part: StepPart, work: () => T | Promise<T>): Promise<T> {
  const clock = clocks.getStore();
  if (!clock) return work();
  mark(clock);
  clock.open.push(part);
  try {
    return await work();
  } finally {
    mark(clock);
    clock.open.pop();
  }
}

/** The same of work that is done when it returns. */
export function timedNow<T>(part: StepPart, work: () => T): T {
  const clock = clocks.getStore();
  if (!clock) return work();
  mark(clock);
  clock.open.push(part);
  try {
    return work();
  } finally {
    mark(clock);
    clock.open.pop();
  }
}

export interface StepTimes {
  /** Of the whole step. */
  readonly seconds: number;
  /** `time/step`, `time/update` (forward and backward passes, and what is between), and `time/…` of every part there was; seconds. */
  readonly metrics: Readonly<Record<string, number>>;
}

/** Runs a step and tells what it spent its time on; parts of a step do not overlap. */
export async function timeStep<T>(step: () => Promise<T>): Promise<{ result: T; times: StepTimes }> {
  const clock: Clock = { seconds: new Map(), open: [], since: 0 };
  const begun = performance.now();
  const result = await clocks.run(clock, step);
  const seconds = (performance.now() - begun) / 1000;
  const parts = [...clock.seconds];
  const update = parts.reduce((rest, [, spent]) => rest - spent, seconds);
  const metrics = Object.fromEntries(parts.map(([part, spent]) => [`time/${part}`, spent]));
  return { result, times: { seconds, metrics: { 'time/step': seconds, 'time/update': update, ...metrics } } };
}
