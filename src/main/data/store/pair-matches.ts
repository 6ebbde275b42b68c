/** Which rows of a version match a question, in which order: the numbers of the rows, found by SQL. */
import type { PairQuery, PairTag } from '../../../preload/contract/datasets.ts';
import { CHAT, type TextColumn } from './pairs.ts';
import type { Store } from './store.ts';

const TEXTS = ['prompt', 'chosen', 'rejected', 'completion'] as const satisfies readonly TextColumn[];

/** Characters (code points) of a text, or of all messages of a conversation. */
const charsOf = (column: TextColumn): string =>
  `CASE WHEN chat & ${CHAT[column]} THEN (SELECT sum(length(json_extract(value, '$.content'))) FROM json_each(${column})) ELSE length(${column}) END`;

const CONDITIONS: Readonly<Record<PairTag, string>> = {
  tie: 'tie = 1',
  decided: 'tie = 0',
  'longer-chosen': `${charsOf('chosen')} > ${charsOf('rejected')}`,
  'longer-rejected': `${charsOf('chosen')} < ${charsOf('rejected')}`,
  'negative-margin': 'margin < 0',
  conversation: 'chat <> 0',
  duplicate: `idx IN (SELECT idx FROM (
    SELECT idx, count(*) OVER (PARTITION BY prompt, chosen, rejected, completion, label) AS copies FROM pairs WHERE version_id = @versionId
  ) WHERE copies > 1)`,
  wanted: 'label = 1',
  unwanted: 'label = 0',
};

/**
 * A conversation is stored as JSON: the cheap test looks for the text as JSON writes it, the exact one looks into the messages,
 * so that "role" is not found in every row.
 */
const contains = (column: TextColumn): string => `CASE WHEN chat & ${CHAT[column]}
  THEN ${column} LIKE @jsonPattern ESCAPE '\\' AND EXISTS (SELECT 1 FROM json_each(${column}) WHERE json_extract(value, '$.content') LIKE @pattern ESCAPE '\\')
  ELSE ${column} LIKE @pattern ESCAPE '\\' END`;

const pattern = (text: string): string => `%${text.replaceAll(/[\\%_]/g, '\\$&')}%`;

const ORDERS: Readonly<Record<PairQuery['sort'], string>> = {
  row: 'idx',
  length: `coalesce(${charsOf('chosen')}, ${charsOf('completion')})`,
  margin: 'margin',
};

/** Numbers of the rows that match, in their order. Equal ones keep the order of the rows. */
export function matchPairs(store: Store, versionId: string, query: PairQuery): Int32Array {
  const conditions = [...new Set(query.tags)].map((tag) => CONDITIONS[tag]);
  if (query.search !== '') {
    const columns = query.searchIn === 'anywhere' ? TEXTS : [query.searchIn];
    conditions.push(columns.map(contains).join(' OR '));
  }
  const where = ['version_id = @versionId', ...conditions.map((condition) => `(${condition})`)].join(' AND ');
  const order = `${ORDERS[query.sort]} ${query.descending ? 'DESC' : 'ASC'} NULLS LAST`;
  // not kept: every question is another statement
  const found = store.db.prepare(`SELECT idx FROM pairs WHERE ${where} ORDER BY ${order}, idx`).all({
    versionId,
    pattern: pattern(query.search),
    jsonPattern: pattern(JSON.stringify(query.search).slice(1, -1)),
  }) as { idx: number }[];
  return Int32Array.from(found, (row) => row.idx);
}
