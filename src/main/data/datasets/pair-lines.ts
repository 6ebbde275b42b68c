/** A stored row as one line of a table: texts cut to what a cell can show, around what was searched for. */
import type { PairLine, StoredPair, TextOrChat } from '../../../preload/contract/datasets.ts';

/** More than any cell shows; the rest stays on this side. */
const LINE_CHARS = 160;
/** What stands before a hit, so that it is seen in a narrow cell. */
const BEFORE_HIT = 12;

const isLowSurrogate = (text: string, at: number): boolean => (text.charCodeAt(at) & 0xfc00) === 0xdc00;

/** White space becomes one space; "… " marks a beginning that was left out. */
function cut(text: string, hit: number): string {
  // some more than needed: white space shrinks
  let start = hit > BEFORE_HIT * 2 ? hit - BEFORE_HIT : 0;
  if (start > 0 && isLowSurrogate(text, start)) start--;
  const line = text
    .slice(start, start + 2 * LINE_CHARS)
    .replaceAll(/\s+/g, ' ')
    .trim()
    .slice(0, LINE_CHARS);
  return (start > 0 ? `… ${line}` : line).toWellFormed();
}

const find = (text: string, search: string): number => (search === '' ? -1 : text.toLowerCase().indexOf(search));

function line(value: TextOrChat, search: string): string {
  if (typeof value === 'string') return cut(value, find(value, search));
  const turn = value.findLast(({ content }) => find(content, search) >= 0) ?? value.at(-1);
  return turn ? cut(turn.content, find(turn.content, search)) : '';
}

/** Code points, as SQLite counts them. */
function charsOf(value: TextOrChat): number {
  if (typeof value !== 'string') return value.reduce((sum, { content }) => sum + charsOf(content), 0);
  let count = value.length;
  for (let i = 1; i < value.length; i++) if (isLowSurrogate(value, i)) count--;
  return count;
}

const orNull = <T>(value: TextOrChat | null, of: (value: TextOrChat) => T): T | null =>
  value === null ? null : of(value);

export function lineOf(pair: StoredPair, search = ''): PairLine {
  const asked = search.toLowerCase();
  const { index, prompt, chosen, rejected, completion, label, tie, margin } = pair;
  const asLine = (value: TextOrChat) => line(value, asked);
  return {
    index,
    prompt: asLine(prompt),
    chosen: orNull(chosen, asLine),
    rejected: orNull(rejected, asLine),
    completion: orNull(completion, asLine),
    chosenChars: orNull(chosen, charsOf),
    rejectedChars: orNull(rejected, charsOf),
    completionChars: orNull(completion, charsOf),
    label,
    tie,
    margin,
  };
}
