/** Texts of rows as plain text: for the index, for lengths, for every check that reads words. */
import type { TextOrChat } from '../../../preload/contract/datasets.ts';

/** A text as it is; of a conversation the messages, a line each. */
export const plainText = (value: TextOrChat): string =>
  typeof value === 'string' ? value : value.map(({ content }) => content).join('\n');

const isLowSurrogate = (text: string, at: number): boolean => (text.charCodeAt(at) & 0xfc00) === 0xdc00;

/** Code points of a text, or of all messages of a conversation, as SQLite counts them. */
export function charsOf(value: TextOrChat): number {
  if (typeof value !== 'string') return value.reduce((sum, { content }) => sum + charsOf(content), 0);
  let count = value.length;
  for (let i = 1; i < value.length; i++) if (isLowSurrogate(value, i)) count--;
  return count;
}
