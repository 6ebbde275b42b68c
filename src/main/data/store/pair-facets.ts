/** What the rows of a version can be filtered by: names with their counts, ranges of their numbers. */
import type { PairFacets } from '../../../preload/contract/dataset-versions.ts';
import type { PairColumns } from './pair-columns.ts';

/** Names that are offered, the most frequent first. */
const NAMES = 30;

function counted(counts: ReadonlyMap<string, number>): PairFacets['tags'] {
  const all = [...counts].map(([name, count]) => ({ name, count }));
  return all.sort((a, b) => b.count - a.count || (a.name < b.name ? -1 : 1)).slice(0, NAMES);
}

/** How many rows have each name; a list of tags counts for each of them. */
function namesIn(places: Uint32Array, names: readonly string[], partsOf: (name: string) => readonly string[]) {
  const byPlace = new Map<number, number>();
  for (const place of places) if (place > 0) byPlace.set(place, (byPlace.get(place) ?? 0) + 1);
  const counts = new Map<string, number>();
  for (const [place, count] of byPlace)
    for (const part of new Set(partsOf(names[place]))) counts.set(part, (counts.get(part) ?? 0) + count);
  return counted(counts);
}

function rangeOf(values: Float64Array): { lowest: number; highest: number } | null {
  let [lowest, highest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    if (value < lowest) lowest = value;
    if (value > highest) highest = value;
  }
  return lowest <= highest ? { lowest, highest } : null;
}

export function facetsOf(columns: PairColumns): PairFacets {
  const { annotator, split, tags, names, margin, scoreChosen } = columns;
  let longest = -1;
  for (const chars of [columns.chosenChars, columns.rejectedChars, columns.completionChars])
    for (const value of chars) if (value > longest) longest = value;
  return {
    annotators: namesIn(annotator, names, (name) => [name]),
    splits: namesIn(split, names, (name) => [name]),
    tags: namesIn(tags, names, (name) => JSON.parse(name) as string[]),
    longest: longest < 0 ? null : longest,
    margin: rangeOf(margin),
    score: rangeOf(scoreChosen),
  };
}
