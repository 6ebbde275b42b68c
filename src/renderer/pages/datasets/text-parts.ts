/** A line of text split at what was searched for, so that the hits can be marked. */
import { searchPattern } from '../../../preload/contract/search-words.ts';

export interface TextPart {
  readonly text: string;
  readonly hit: boolean;
}

/** Parts in their order, together the whole text. */
export function partsOf(text: string, search: string): readonly TextPart[] {
  const pattern = searchPattern(search);
  if (pattern === null) return [{ text, hit: false }];
  const parts: TextPart[] = [];
  let from = 0;
  for (const { 0: hit, index } of text.matchAll(pattern)) {
    if (index > from) parts.push({ text: text.slice(from, index), hit: false });
    parts.push({ text: hit, hit: true });
    from = index + hit.length;
  }
  if (from < text.length || parts.length === 0) parts.push({ text: text.slice(from), hit: false });
  return parts;
}
