/** The answers to the last questions about versions: pages of a table come one after the other, and the search need not run for each. */
import type { PairQuery } from '../../preload/contract/datasets.ts';
import type { PairColumns } from '../data/store/pair-columns.ts';
import { columnsOf, matchPairs } from '../data/store/pair-matches.ts';
import { countPairs } from '../data/store/pairs.ts';
import { qualityMadeAt } from '../data/store/quality.ts';
import type { Store } from '../data/store/store.ts';

/** Answers that are kept; each has 4 bytes a row. */
const KEPT = 8;
/** Versions whose columns are kept; each has about 60 bytes a row. */
const KEPT_COLUMNS = 2;

export interface MatchPage {
  readonly total: number;
  /** Numbers of the rows of this page. */
  readonly numbers: Iterable<number>;
}

const asksNothing = ({ search, searchIn: _in, tags, sort, descending, ...filters }: PairQuery): boolean =>
  search === '' &&
  tags.length === 0 &&
  sort === 'row' &&
  !descending &&
  Object.values(filters).every((filter) => filter === undefined);

/** The last few of what was asked for, the oldest given up first. */
function keep<Value>(count: number): (key: string, make: () => Value) => Value {
  const kept = new Map<string, Value>();
  return (key, make) => {
    const found = kept.get(key) ?? make();
    kept.delete(key);
    kept.set(key, found);
    const [oldest] = kept.keys();
    if (kept.size > count && oldest !== undefined) kept.delete(oldest);
    return found;
  };
}

function* range(from: number, to: number): Generator<number> {
  for (let i = from; i < to; i++) yield i;
}

export interface KeptMatches {
  page(versionId: string, query: PairQuery | undefined, offset: number, limit: number): MatchPage;
  columns(versionId: string): PairColumns;
}

export function keptMatches(store: Store): KeptMatches {
  // a version never changes, so that an answer stays true
  const answers = keep<Int32Array>(KEPT);
  const kept = keep<PairColumns>(KEPT_COLUMNS);
  const columns = (versionId: string): PairColumns => kept(versionId, () => columnsOf(store, versionId));
  const matchesOf = (versionId: string, query: PairQuery): Int32Array => {
    // a report may be made anew
    const report = query.check === undefined ? null : qualityMadeAt(store, versionId);
    return answers(JSON.stringify([versionId, query, report]), () =>
      matchPairs(store, versionId, query, (_store, id) => columns(id)),
    );
  };
  return {
    columns,
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
