/** What a pair table is asked for: the tags of each kind of data, and how they are called. */
import { compact, whole } from '../../../charts/numbers.ts';
import type { DatasetKind, PairQuery, PairTag, SearchField, ValueRange } from '../../../preload/contract/index.ts';

export const EVERYTHING: PairQuery = { search: '', searchIn: 'anywhere', tags: [], sort: 'row', descending: false };

export const TAG_WORDS: Readonly<Record<PairTag, string>> = {
  tie: 'tie',
  decided: 'not a tie',
  'longer-chosen': 'chosen is longer',
  'longer-rejected': 'rejected is longer',
  'negative-margin': 'margin below 0',
  conversation: 'conversation',
  duplicate: 'exact duplicate',
  wanted: 'wanted',
  unwanted: 'unwanted',
};

const PAIR_TAGS: readonly PairTag[] = ['tie', 'decided', 'longer-chosen', 'longer-rejected', 'negative-margin'];
const ALL_TAGS: readonly PairTag[] = ['conversation', 'duplicate'];

/** Tags that can hold for rows of a kind. */
export function tagsOf(kind: DatasetKind): readonly PairTag[] {
  if (kind === 'preference') return [...PAIR_TAGS, ...ALL_TAGS];
  return kind === 'unpaired' ? ['wanted', 'unwanted', ...ALL_TAGS] : ALL_TAGS;
}

const FIELDS: Readonly<Record<DatasetKind, readonly SearchField[]>> = {
  preference: ['prompt', 'chosen', 'rejected'],
  unpaired: ['prompt', 'completion'],
  demonstrations: ['prompt', 'completion'],
  prompts: [],
};
export const searchFieldsOf = (kind: DatasetKind): readonly SearchField[] => FIELDS[kind];

export const FIELD_WORDS: Readonly<Record<SearchField, string>> = {
  anywhere: 'anywhere',
  prompt: 'in prompt',
  chosen: 'in chosen',
  rejected: 'in rejected',
  completion: 'in answer',
};

/** Pairs of tags of which a row can only have one. */
const AGAINST: Partial<Record<PairTag, PairTag>> = {
  tie: 'decided',
  decided: 'tie',
  'longer-chosen': 'longer-rejected',
  'longer-rejected': 'longer-chosen',
  wanted: 'unwanted',
  unwanted: 'wanted',
};

/** With the tag if it was absent, else without; the tag that contradicts it goes. */
export function toggleTag(query: PairQuery, tag: PairTag): PairQuery {
  const others = query.tags.filter((each) => each !== tag && each !== AGAINST[tag]);
  return { ...query, tags: query.tags.includes(tag) ? others : [...others, tag] };
}

/** Filters beside search and tags. */
export type ValueFilter = 'length' | 'margin' | 'score' | 'annotator' | 'split' | 'dataTag' | 'check';
const VALUE_FILTERS: readonly ValueFilter[] = ['length', 'margin', 'score', 'annotator', 'split', 'dataTag', 'check'];

const RANGE_WORDS = { length: 'length', margin: 'margin', score: 'score' } as const;

function rangeWord(name: string, { least, most }: ValueRange, number: (value: number) => string): string {
  if (least === undefined) return `${name} ≤ ${number(most ?? 0)}`;
  return most === undefined ? `${name} ≥ ${number(least)}` : `${name} ${number(least)} to ${number(most)}`;
}

/** What a filter is called while it is active; null where it is not. */
function filterWord(query: PairQuery, filter: ValueFilter, checkTitle: (id: string) => string): string | null {
  const { annotator, split, dataTag, check } = query;
  switch (filter) {
    case 'length':
    case 'margin':
    case 'score': {
      const range = query[filter];
      return range ? rangeWord(RANGE_WORDS[filter], range, filter === 'length' ? whole : compact) : null;
    }
    case 'annotator':
      return annotator === undefined ? null : `by ${annotator}`;
    case 'split':
      return split === undefined ? null : `split: ${split}`;
    case 'dataTag':
      return dataTag === undefined ? null : `tag: ${dataTag}`;
    case 'check':
      return check === undefined ? null : `check: ${checkTitle(check)}`;
  }
}

/** Active filters beside search and tags, with their words. */
export function activeFilters(
  query: PairQuery,
  checkTitle: (id: string) => string = (id) => id,
): readonly { readonly filter: ValueFilter; readonly word: string }[] {
  return VALUE_FILTERS.flatMap((filter) => {
    const word = filterWord(query, filter, checkTitle);
    return word === null ? [] : [{ filter, word }];
  });
}

export const withoutFilter = (query: PairQuery, filter: ValueFilter): PairQuery => ({ ...query, [filter]: undefined });

/** A range with at least one end; else none. */
export const rangeOf = (least: number | undefined, most: number | undefined): ValueRange | undefined =>
  least === undefined && most === undefined ? undefined : { least, most };

/** Filters that are active; the order is none. */
export const filterCount = (query: PairQuery): number =>
  query.tags.length +
  (query.search === '' ? 0 : 1) +
  (query.searchIn === 'anywhere' ? 0 : 1) +
  activeFilters(query).length;

/** The next order when a column's head is pressed: up, down, then as in the file. */
export function sortedBy(query: PairQuery, sort: PairQuery['sort']): PairQuery {
  if (query.sort !== sort) return { ...query, sort, descending: false };
  if (!query.descending) return { ...query, descending: true };
  return { ...query, sort: 'row', descending: false };
}
