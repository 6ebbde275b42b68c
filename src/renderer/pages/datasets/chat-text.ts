/** Text or conversation as turns, as one line for a table cell, and as words to compare; and the words for kinds and places. */

import { MISSING, whole } from '../../../charts/numbers.ts';
import type { ChatMessage, DatasetKind, RefusedRow, TextOrChat } from '../../../preload/contract/index.ts';

/** Longest line a cell is given: more would never be seen, and layout of long text is slow. */
const LINE_CHARS = 240;

/** One line, cut; a conversation by its last turn. Cut first: a prompt may have a megabyte. */
export function oneLine(text: TextOrChat | null): string {
  if (text === null) return '';
  const raw = typeof text === 'string' ? text : (text.at(-1)?.content ?? '');
  return raw
    .slice(0, LINE_CHARS * 2)
    .replaceAll(/\s+/g, ' ')
    .trim()
    .slice(0, LINE_CHARS);
}

/** Turns to show; plain text is one turn without a role. */
export const turns = (text: TextOrChat): readonly (ChatMessage | { role: ''; content: string })[] =>
  typeof text === 'string' ? [{ role: '', content: text }] : text;

/** The text of an answer that has one turn: what can be compared word by word. null for several turns. */
export function singleText(text: TextOrChat | null): string | null {
  if (text === null) return null;
  const all = turns(text);
  return all.length === 1 ? all[0].content : null;
}

export const KIND_WORDS: Readonly<Record<DatasetKind, string>> = {
  preference: 'Pairs',
  unpaired: 'Unpaired',
  demonstrations: 'Answers',
  prompts: 'Prompts',
};

/** "2 339 pairs", in the noun of the kind. */
const NOUNS: Readonly<Record<DatasetKind, readonly [one: string, many: string]>> = {
  preference: ['pair', 'pairs'],
  unpaired: ['answer', 'answers'],
  demonstrations: ['answer', 'answers'],
  prompts: ['prompt', 'prompts'],
};
export const rowsNoun = (kind: DatasetKind, count: number): string => NOUNS[kind][count === 1 ? 0 : 1];
export const rowsCounted = (kind: DatasetKind, count: number): string => `${whole(count)} ${rowsNoun(kind, count)}`;

/** Where in its file a row stands: its line, or its place in a list, counted from 0 as the file's own readers do. */
export function placeOf({ line, row }: Pick<RefusedRow, 'line' | 'row'>): string {
  if (line !== null) return whole(line);
  return row === null ? MISSING : `[${row}]`;
}
