/** Text or conversation as turns, and as one line for a table cell. */
import type { ChatMessage, DatasetKind, TextOrChat } from '../../../preload/contract/index.ts';

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

/** The words themselves, for comparing two answers. */
export const plainText = (text: TextOrChat | null): string =>
  text === null ? '' : typeof text === 'string' ? text : text.map((turn) => turn.content).join('\n\n');

export const KIND_WORDS: Readonly<Record<DatasetKind, string>> = {
  preference: 'Pairs',
  unpaired: 'Unpaired',
  demonstrations: 'Answers',
  prompts: 'Prompts',
};
