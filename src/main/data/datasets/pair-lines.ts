/** A stored row as one line of a table: texts cut to what a cell can show, around what was searched for. */
import type { PairLine, StoredPair, TextOrChat } from '../../../preload/contract/datasets.ts';
import { searchPattern } from '../../../preload/contract/search-words.ts';
import { charsOf } from '../store/pair-texts.ts';

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

/** Where the first hit begins; −1 without one. A global pattern, whose place is set back for each text. */
function find(text: string, search: RegExp | null): number {
  if (search === null) return -1;
  search.lastIndex = 0;
  return search.exec(text)?.index ?? -1;
}

function line(value: TextOrChat, search: RegExp | null): string {
  if (typeof value === 'string') return cut(value, find(value, search));
  const turn = value.findLast(({ content }) => find(content, search) >= 0) ?? value.at(-1);
  return turn ? cut(turn.content, find(turn.content, search)) : '';
}

const orNull = <T>(value: TextOrChat | null, of: (value: TextOrChat) => T): T | null =>
  value === null ? null : of(value);

export function lineOf(pair: StoredPair, search = ''): PairLine {
  const asked = searchPattern(search);
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
