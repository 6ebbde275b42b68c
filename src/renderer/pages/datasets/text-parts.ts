/** A line of text split at what was searched for, so that the hits can be marked. */

export interface TextPart {
  readonly text: string;
  readonly hit: boolean;
}

/** Parts in their order, together the whole text; the case of A to Z does not matter. */
export function partsOf(text: string, search: string): readonly TextPart[] {
  const wanted = search.toLowerCase();
  const lower = text.toLowerCase();
  // a few letters change their length in lower case: then places would be wrong, and nothing is marked
  if (wanted === '' || lower.length !== text.length) return [{ text, hit: false }];
  const parts: TextPart[] = [];
  let from = 0;
  for (let at = lower.indexOf(wanted); at >= 0; at = lower.indexOf(wanted, from)) {
    if (at > from) parts.push({ text: text.slice(from, at), hit: false });
    parts.push({ text: text.slice(at, at + wanted.length), hit: true });
    from = at + wanted.length;
  }
  if (from < text.length || parts.length === 0) parts.push({ text: text.slice(from), hit: false });
  return parts;
}
