/** How much a rendering may do: turns of loops, items gone through, text made. A template of the hub may be hostile, or not come to an end. */
import { PythonError } from './values.ts';

/** Seconds of work; a conversation takes some thousands. */
const MAX_WORK = 10_000_000;
/** Longer texts than any conversation has. */
const MAX_TEXT = 1 << 26;
/** Characters that cost as much as one step. */
const CHARACTERS = 64;

let done = 0;

/** Before a rendering; one ends before the next begins. */
export function startWork(): void {
  done = 0;
}

/** Throws OverflowError where a template takes more than 10 million steps. */
export function spend(steps: number): void {
  done += steps;
  if (done > MAX_WORK) throw new PythonError('OverflowError', `the template takes more than ${MAX_WORK} steps`);
}

export const spendText = (length: number): void => spend(length / CHARACTERS);

/** Throws OverflowError for a text of more than 2^26 units, before it is made. */
export function checkLength(length: number): void {
  boundLength(length);
  spendText(length);
}

/** The bound alone, for a text that grows part by part. */
export function boundLength(length: number): void {
  if (length > MAX_TEXT)
    throw new PythonError('OverflowError', `a text of ${length} characters; at most ${MAX_TEXT} are made`);
}
