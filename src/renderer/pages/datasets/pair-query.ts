/** What a pair table is asked for: the tags of each kind of data, and how they are called. */
import type { DatasetKind, PairQuery, PairTag, SearchField } from '../../../preload/contract/index.ts';

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

/** Filters that are active; the order is none. */
export const filterCount = (query: PairQuery): number =>
  query.tags.length + (query.search === '' ? 0 : 1) + (query.searchIn === 'anywhere' ? 0 : 1);

/** The next order when a column's head is pressed: up, down, then as in the file. */
export function sortedBy(query: PairQuery, sort: PairQuery['sort']): PairQuery {
  if (query.sort !== sort) return { ...query, sort, descending: false };
  if (!query.descending) return { ...query, descending: true };
  return { ...query, sort: 'row', descending: false };
}
