/** Words and sentences of the built-in worlds: every word and every mark stands between single spaces. */

const ENDS = new Set(['.', '!', '?']);

/** Words of a text; empty text has none. */
export const wordsOf = (text: string): string[] => text.split(/\s+/).filter((word) => word !== '');

/** Sentences with their end mark, in order; words after the last mark form a sentence without one. */
export function sentencesOf(text: string): string[] {
  const sentences: string[] = [];
  let open: string[] = [];
  for (const word of wordsOf(text)) {
    open.push(word);
    if (!ENDS.has(word)) continue;
    sentences.push(open.join(' '));
    open = [];
  }
  if (open.length > 0) sentences.push(open.join(' '));
  return sentences;
}

/** How many entries repeat an earlier one. */
export const countRepeats = (items: readonly string[]): number => items.length - new Set(items).size;

/** Sorted distinct words of many texts. */
export const vocabularyOf = (texts: Iterable<string>): string[] => {
  const words = new Set<string>();
  for (const text of texts) for (const word of wordsOf(text)) words.add(word);
  return [...words].sort();
};
