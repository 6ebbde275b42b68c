/** Rating on a terminal: one pair at a time, one key a verdict. */
import { setTimeout } from 'node:timers/promises';
import type { Rating, RatingItem, Verdict } from '../../preload/contract/ratings.ts';
import { waitingItems } from '../data/store/rating-items.ts';
import { getRunSummary } from '../data/store/runs.ts';
import { StoreError } from '../data/store/store.ts';
import type { Workbench } from '../host/workbench.ts';
import { giveRatings, skipItem, undoRating } from '../jobs/rating-desk.ts';
import { RunStateError } from '../jobs/run-record.ts';

/** What is asked of one person about one run. */
export interface Desk {
  next(): RatingItem | undefined;
  waiting(): number;
  give(item: RatingItem, rating: Omit<Rating, 'rater'>): void;
  skip(item: RatingItem): void;
  undo(): void;
  /** Whether the run will ask nothing more. */
  over(): boolean;
}

export interface Terminal {
  readonly keyboard: NodeJS.ReadStream;
  say(text: string): void;
}

export const deskOf = ({ store, runner }: Workbench, runId: string, rater: string): Desk => ({
  next: () => waitingItems(store, runId, 1).at(0),
  waiting: () => getRunSummary(store, runId)?.ratingsWaiting ?? 0,
  give(item, rating) {
    giveRatings(store, [{ item, rating: { ...rating, rater } }]);
    runner.ratingsChanged(runId);
  },
  skip: (item) => skipItem(store, item),
  undo() {
    undoRating(store, runId, rater);
    runner.ratingsChanged(runId);
  },
  over: () => !['running', 'paused', 'queued'].includes(getRunSummary(store, runId)?.status ?? 'removed'),
});

const VERDICTS: Readonly<Record<string, Verdict>> = { a: 'a', b: 'b', t: 'tie', x: 'both_bad' };
const KEYS =
  'a: A is better · b: B is better · t: tie · x: both bad · s: skip · u: undo · two digits 1–5: quality of A, then of B · c: comment · Ctrl-C: leave';
const LOOK_MS = 100;
const INTERRUPT = '\u0003';

/** Until the run is over, `signal` aborts, or Ctrl-C, which is passed on to the program. Returns how many ratings were given. */
export async function rateOnTerminal(desk: Desk, terminal: Terminal, signal: AbortSignal): Promise<number> {
  const keys = readKeys(terminal.keyboard);
  const draft = createDraft();
  let shown: number | undefined;
  let given = 0;
  try {
    while (!signal.aborted && !keys.interrupted) {
      const item = desk.next();
      if (!item) {
        if (desk.over()) break;
        keys.forget();
        await setTimeout(LOOK_MS);
        continue;
      }
      if (item.id !== shown) {
        if (shown === undefined) terminal.say(KEYS);
        draft.clear();
        terminal.say(itemText(item, desk.waiting()));
        shown = item.id;
      }
      const key = keys.next();
      if (key === undefined) await setTimeout(LOOK_MS);
      else if (draft.writing) draft.write(key, terminal);
      else if (press(key, item, desk, draft, terminal)) given++;
    }
  } finally {
    keys.close();
  }
  return given;
}

/** One key about the pair that is shown; true when it was rated. */
function press(pressed: string, item: RatingItem, desk: Desk, draft: Draft, terminal: Terminal): boolean {
  const key = pressed.toLowerCase();
  try {
    if (Object.hasOwn(VERDICTS, key)) {
      desk.give(item, { verdict: VERDICTS[key], ...draft.found() });
      return true;
    }
    if (key === 's') desk.skip(item);
    else if (key === 'u') desk.undo();
    else draft.note(key, terminal);
  } catch (error) {
    // somebody else was faster, or the run has gone on: the next look shows what there is to do
    if (!(error instanceof RunStateError) && !(error instanceof StoreError)) throw error;
    terminal.say(error.message);
  }
  return false;
}

type Draft = ReturnType<typeof createDraft>;

/** Quality and comment of the pair that is shown. */
function createDraft() {
  let quality: number[] = [];
  let comment = '';
  let writing = false;
  return {
    get writing() {
      return writing;
    },
    clear() {
      quality = [];
      comment = '';
      writing = false;
    },
    found: () => ({
      qualityA: quality.at(0) ?? null,
      qualityB: quality.at(1) ?? null,
      comment: comment.trim() || null,
    }),
    note(key: string, { say }: Terminal) {
      if (/^[1-5]$/.test(key)) {
        quality = quality.length === 2 ? [Number(key)] : [...quality, Number(key)];
        say(`quality of A ${quality[0]}${quality.length === 2 ? `, of B ${quality[1]}` : ''}`);
      } else if (key === 'c') {
        writing = true;
        comment = '';
        say('Comment, then Enter:');
      } else say(KEYS);
    },
    write(key: string, { say }: Terminal) {
      if (key === '\r' || key === '\n') {
        writing = false;
        say(printable(comment));
      } else if (key === '\u007f' || key === '\b') comment = comment.slice(0, -1);
      else comment += key;
    },
  };
}

/** Single keys, in the order in which they were pressed. A terminal that gives single keys gives Ctrl-C as one of them. */
function readKeys(keyboard: NodeJS.ReadStream) {
  const pressed: string[] = [];
  let interrupted = false;
  const listen = (text: string) => {
    pressed.push(...text);
    if (!text.includes(INTERRUPT) || interrupted) return;
    interrupted = true;
    process.kill(process.pid, 'SIGINT');
  };
  keyboard.setRawMode?.(true);
  keyboard.setEncoding('utf8').on('data', listen).resume();
  return {
    get interrupted() {
      return interrupted;
    },
    next: () => pressed.shift(),
    /** Keys that were pressed before there was something to see. */
    forget() {
      pressed.length = 0;
    },
    close() {
      keyboard.off('data', listen).pause();
      keyboard.setRawMode?.(false);
    },
  };
}

const itemText = ({ step, prompt, a, b }: RatingItem, waiting: number): string =>
  [
    '',
    `Step ${step + 1}, ${waiting} to rate`,
    `Prompt: ${printable(prompt)}`,
    `A: ${printable(a)}`,
    `B: ${printable(b)}`,
  ].join('\n');

/** A model may write what a terminal would obey. */
export const printable = (text: string): string =>
  text.replace(/[^\P{Cc}\n\t]/gu, (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`);
