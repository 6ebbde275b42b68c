/** Word by word difference of two answers: what stands only in the one, only in the other, and in both. */
import { diffWordsWithSpace } from 'diff';

export interface WordPart {
  readonly text: string;
  readonly only: boolean;
}
export interface WordDifference {
  readonly chosen: readonly WordPart[];
  readonly rejected: readonly WordPart[];
  /** Share of words, spaces left out, that both have: 2·common / (all of both). */
  readonly shared: number;
}

/** Below this share two answers have so little in common that marks would only be noise. */
export const WORTH_SHOWING = 0.4;

/** The difference is quadratic in the worst case; past this time the answers are shown plain. */
const TIME_LIMIT_MS = 100;

const wordCount = (text: string) => text.match(/\S+/g)?.length ?? 0;

/** null when the texts are too different to compare in the time given. */
export function compareWords(chosen: string, rejected: string): WordDifference | null {
  const parts = diffWordsWithSpace(chosen, rejected, { timeout: TIME_LIMIT_MS });
  if (!parts) return null;
  let common = 0;
  let all = 0;
  for (const part of parts) {
    const words = wordCount(part.value);
    const both = !part.added && !part.removed;
    common += both ? 2 * words : 0;
    all += both ? 2 * words : words;
  }
  const side = (other: 'added' | 'removed', own: 'added' | 'removed') =>
    parts.filter((part) => !part[other]).map((part) => ({ text: part.value, only: part[own] === true }));
  return {
    chosen: side('added', 'removed'),
    rejected: side('removed', 'added'),
    shared: all === 0 ? 1 : common / all,
  };
}
