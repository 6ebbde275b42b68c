/** The answers to the last questions about versions: pages of a table come one after the other, and the search need not run for each. */
import type { PairQuery } from '../../preload/contract/datasets.ts';
import { matchPairs } from '../data/store/pair-matches.ts';
import { countPairs } from '../data/store/pairs.ts';
import type { Store } from '../data/store/store.ts';

/** Answers that are kept; each has 4 bytes a row. */
const KEPT = 8;

export interface MatchPage {
  readonly total: number;
  /** Numbers of the rows of this page. */
  readonly numbers: Iterable<number>;
}

const asksNothing = ({ search, tags, sort, descending }: PairQuery): boolean =>
  search === '' && tags.length === 0 && sort === 'row' && !descending;

function* range(from: number, to: number): Generator<number> {
  for (let i = from; i < to; i++) yield i;
}

export function keptMatches(store: Store): {
  page(versionId: string, query: PairQuery | undefined, offset: number, limit: number): MatchPage;
} {
  // a version never changes, so that an answer stays true
  const kept = new Map<string, Int32Array>();
  const matchesOf = (versionId: string, query: PairQuery): Int32Array => {
    const key = JSON.stringify([versionId, query]);
    const found = kept.get(key) ?? matchPairs(store, versionId, query);
    kept.delete(key);
    kept.set(key, found);
    const [oldest] = kept.keys();
    if (kept.size > KEPT && oldest !== undefined) kept.delete(oldest);
    return found;
  };
  return {
    page(versionId, query, offset, limit) {
      if (query === undefined || asksNothing(query)) {
        const total = countPairs(store, versionId);
        return { total, numbers: range(offset, Math.min(total, offset + limit)) };
      }
      const all = matchesOf(versionId, query);
      return { total: all.length, numbers: all.subarray(offset, offset + limit) };
    },
  };
}
