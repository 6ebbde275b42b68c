/** Which rows of a version match a question, in which order: words by the version's index, all else by its columns. */
import type { PairQuery, PairTag, ValueRange } from '../../../preload/contract/datasets.ts';
import { FLAG, loadColumns, loadDigests, type PairColumns } from './pair-columns.ts';
import { wordMatches } from './pair-words.ts';
import { CHAT, countPairs, type TextColumn } from './pairs.ts';
import { rowsOfCheck } from './quality.ts';
import { type Store, StoreError } from './store.ts';

const TEXTS = ['prompt', 'chosen', 'rejected', 'completion'] as const satisfies readonly TextColumn[];

type Condition = (row: number) => boolean;

const hasFlag =
  ({ flags }: PairColumns, mask: number, value = mask): Condition =>
  (row) =>
    (flags[row] & mask) === value;

/** What a tag asks of a row; `duplicate` needs the other rows and stands apart. */
const CONDITIONS: Readonly<Record<Exclude<PairTag, 'duplicate'>, (columns: PairColumns) => Condition>> = {
  tie: (columns) => hasFlag(columns, FLAG.tie),
  decided: (columns) => hasFlag(columns, FLAG.tie, 0),
  'longer-chosen':
    ({ chosenChars, rejectedChars }) =>
    (row) =>
      rejectedChars[row] >= 0 && chosenChars[row] > rejectedChars[row],
  'longer-rejected':
    ({ chosenChars, rejectedChars }) =>
    (row) =>
      chosenChars[row] >= 0 && chosenChars[row] < rejectedChars[row],
  'negative-margin':
    ({ margin }) =>
    (row) =>
      margin[row] < 0,
  conversation: (columns) => hasFlag(columns, FLAG.conversation),
  wanted: (columns) => hasFlag(columns, FLAG.labelled | FLAG.wanted),
  unwanted: (columns) => hasFlag(columns, FLAG.labelled | FLAG.wanted, FLAG.labelled),
};

const inRange =
  (read: (row: number) => number, { least, most }: ValueRange): Condition =>
  (row) => {
    const value = read(row);
    return !Number.isNaN(value) && (least === undefined || value >= least) && (most === undefined || value <= most);
  };

/** NaN where the row has no answer. */
const longestAnswer =
  ({ chosenChars, rejectedChars, completionChars }: PairColumns) =>
  (row: number): number => {
    const longest = Math.max(chosenChars[row], rejectedChars[row], completionChars[row]);
    return longest < 0 ? Number.NaN : longest;
  };

const isNamed =
  (places: Uint32Array, wanted: ReadonlySet<number>): Condition =>
  (row) =>
    wanted.has(places[row]);

/** Places of the names that pass. */
const placesOf = ({ names }: PairColumns, passes: (name: string) => boolean): ReadonlySet<number> =>
  new Set(names.flatMap((name, place) => (place > 0 && passes(name) ? [place] : [])));

function conditionsOf(query: PairQuery, columns: PairColumns): Condition[] {
  const { length, margin, score, annotator, split, dataTag } = query;
  const tags = [...new Set(query.tags)].filter((tag) => tag !== 'duplicate');
  const all: (Condition | undefined)[] = [
    ...tags.map((tag) => CONDITIONS[tag](columns)),
    length && inRange(longestAnswer(columns), length),
    margin && inRange((row) => columns.margin[row], margin),
    score && inRange((row) => columns.scoreChosen[row], score),
    annotator === undefined
      ? undefined
      : isNamed(
          columns.annotator,
          placesOf(columns, (name) => name === annotator),
        ),
    split === undefined
      ? undefined
      : isNamed(
          columns.split,
          placesOf(columns, (name) => name === split),
        ),
    dataTag === undefined
      ? undefined
      : isNamed(
          columns.tags,
          placesOf(columns, (name) => holdsTag(name, dataTag)),
        ),
  ];
  return all.filter((condition) => condition !== undefined);
}

const holdsTag = (name: string, tag: string): boolean =>
  name.startsWith('[') && (JSON.parse(name) as string[]).includes(tag);

/**
 * A conversation is stored as JSON: the cheap test looks for the text as JSON writes it, the exact one looks into the messages,
 * so that "role" is not found in every row.
 */
const contains = (column: TextColumn): string => `CASE WHEN chat & ${CHAT[column]}
  THEN ${column} LIKE @jsonPattern ESCAPE '\\' AND EXISTS (SELECT 1 FROM json_each(${column}) WHERE json_extract(value, '$.content') LIKE @pattern ESCAPE '\\')
  ELSE ${column} LIKE @pattern ESCAPE '\\' END`;

const pattern = (text: string): string => `%${text.replaceAll(/[\\%_]/g, '\\$&')}%`;

/** Letter by letter, through all rows: for what the index cannot answer. */
function scanned(store: Store, versionId: string, { search, searchIn }: PairQuery): Int32Array {
  const columns = searchIn === 'anywhere' ? TEXTS : [searchIn];
  const found = store
    .prepare(
      `SELECT json_group_array(idx) AS rows FROM pairs WHERE version_id = @versionId AND (${columns.map(contains).join(' OR ')})`,
    )
    .get({ versionId, pattern: pattern(search), jsonPattern: pattern(JSON.stringify(search).slice(1, -1)) });
  return Int32Array.from(JSON.parse((found as { rows: string }).rows) as number[]);
}

/** Rows whose texts and label another row has too. */
function duplicates(store: Store, versionId: string): Int32Array {
  const digests = loadDigests(store, versionId, countPairs(store, versionId));
  return digests ? repeated(digests) : scannedDuplicates(store, versionId);
}

/** Places of the values that stand there more than once, rising. */
function repeated(values: Float64Array): Int32Array {
  const sorted = values.slice().sort();
  const copies = new Set(sorted.filter((value, i) => value === sorted[i - 1]));
  const places: number[] = [];
  if (copies.size > 0)
    values.forEach((value, place) => {
      if (copies.has(value)) places.push(place);
    });
  return Int32Array.from(places);
}

/** By the texts themselves: for versions without digests. */
function scannedDuplicates(store: Store, versionId: string): Int32Array {
  const found = store
    .prepare(`SELECT json_group_array(idx) AS rows FROM (SELECT idx FROM (
      SELECT idx, count(*) OVER (PARTITION BY prompt, chosen, rejected, completion, label) AS copies FROM pairs WHERE version_id = ?
    ) WHERE copies > 1 ORDER BY idx)`)
    .get(versionId) as { rows: string };
  return Int32Array.from(JSON.parse(found.rows) as number[]);
}

function checked(store: Store, versionId: string, check: string): Int32Array {
  const rows = rowsOfCheck(store, versionId, check);
  if (rows) return rows;
  throw new StoreError('not_found', `there is no quality report with a check "${check}" of this version: run it first`);
}

/** Rows that are in both; both rise. */
function intersect(a: Int32Array, b: Int32Array): Int32Array {
  const both = new Int32Array(Math.min(a.length, b.length));
  let count = 0;
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    if (a[i] === b[j]) both[count++] = a[i];
    const [x, y] = [a[i], b[j]];
    if (x <= y) i++;
    if (y <= x) j++;
  }
  return both.subarray(0, count);
}

/** Rows that are found by other means than the columns, rising; undefined: all. */
function candidates(store: Store, versionId: string, query: PairQuery): Int32Array | undefined {
  const { search, searchIn } = query;
  const lists: Int32Array[] = [];
  if (search !== '')
    lists.push(
      wordMatches(store, versionId, search, searchIn === 'anywhere' ? null : searchIn) ??
        scanned(store, versionId, query),
    );
  if (query.tags.includes('duplicate')) lists.push(duplicates(store, versionId));
  if (query.check !== undefined) lists.push(checked(store, versionId, query.check));
  return lists.length === 0 ? undefined : lists.reduce(intersect);
}

const everyRow = (rows: number): Int32Array => Int32Array.from({ length: rows }, (_, row) => row);

/** What rows are sorted by; NaN: has none. */
function keyOf({ sort }: PairQuery, columns: PairColumns): ((row: number) => number) | undefined {
  const { chosenChars, completionChars, margin } = columns;
  if (sort === 'row') return undefined;
  if (sort === 'margin') return (row) => margin[row];
  return (row) => {
    const chars = chosenChars[row] < 0 ? completionChars[row] : chosenChars[row];
    return chars < 0 ? Number.NaN : chars;
  };
}

/** Sorted by value, rows without one last, equal ones as they were. Ranks and places share one number: numbers alone sort fast. */
function sorted(rows: Int32Array, read: (row: number) => number, descending: boolean): Int32Array {
  const values = Float64Array.from(rows, read);
  const distinct = values.filter((value) => !Number.isNaN(value)).sort();
  let ranks = 0;
  for (let i = 0; i < distinct.length; i++)
    if (i === 0 || distinct[i] !== distinct[i - 1]) distinct[ranks++] = distinct[i];
  const keys = values.map((value, place) => {
    const rank = Number.isNaN(value) ? ranks : rankOf(distinct, ranks, value);
    return (descending && rank < ranks ? ranks - 1 - rank : rank) * rows.length + place;
  });
  return Int32Array.from(keys.sort(), (key) => rows[key % rows.length]);
}

/** Place of a value among the first `count` of a rising list that holds it. */
function rankOf(rising: Float64Array, count: number, value: number): number {
  let [low, high] = [0, count - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (rising[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Questions that need the columns of all rows. */
const needsColumns = ({ tags, length, margin, score, annotator, split, dataTag, sort }: PairQuery): boolean =>
  sort !== 'row' ||
  tags.some((tag) => tag !== 'duplicate') ||
  [length, margin, score, annotator, split, dataTag].some((each) => each !== undefined);

/** Reads the columns of a version; a caller may keep them. */
export type ColumnsOf = (store: Store, versionId: string) => PairColumns;
export const columnsOf: ColumnsOf = (store, versionId) => loadColumns(store, versionId, countPairs(store, versionId));

/** Numbers of the rows that match, in their order. Equal ones keep the order of the rows. Throws StoreError for a check that was not made. */
export function matchPairs(store: Store, versionId: string, query: PairQuery, columns = columnsOf): Int32Array {
  const found = candidates(store, versionId, query);
  if (!needsColumns(query)) {
    const rows = found ?? everyRow(countPairs(store, versionId));
    return query.descending ? rows.reverse() : rows;
  }
  const known = columns(store, versionId);
  const conditions = conditionsOf(query, known);
  const rows = (found ?? everyRow(known.rows)).filter((row) => conditions.every((holds) => holds(row)));
  const key = keyOf(query, known);
  if (key) return sorted(rows, key, query.descending);
  return query.descending ? rows.reverse() : rows;
}
