/** What a search of texts finds: words in their order, the last one perhaps unfinished; case and what stands between words do not count. */

/** Runs of letters and digits: what the index of a version holds as one word each. */
const WORD = /[\p{L}\p{N}\p{Co}]+/gu;

/** Scripts without spaces between words: a word begins anywhere, so that no index of words can answer. */
const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;

const escaped = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, '\\$&');

/** Words of a search; none where it must be looked for letter by letter (signs alone, or a script without spaces). */
export const searchWords = (search: string): readonly string[] =>
  UNSPACED.test(search) ? [] : (search.match(WORD) ?? []);

/** A search that ends in a letter may go on: "obvious" finds "obviously". */
export const endsOpen = (search: string): boolean => /[\p{L}\p{N}\p{Co}]$/u.test(search);

/** Matches each hit in a text; null for an empty search. */
export function searchPattern(search: string): RegExp | null {
  if (search === '') return null;
  const words = searchWords(search);
  if (words.length === 0) return new RegExp(escaped(search), 'giu');
  const middle = words.map(escaped).join('[^\\p{L}\\p{N}\\p{Co}]+');
  const end = endsOpen(search) ? '' : '(?![\\p{L}\\p{N}\\p{Co}])';
  return new RegExp(`(?<![\\p{L}\\p{N}\\p{Co}])${middle}${end}`, 'giu');
}
