/**
 * The words of a version's rows, a full-text index (FTS5) for each version: `pair_words_N`, N its serial. Written with the rows,
 * dropped with the version. It holds no texts (`content=''`): the rows have them.
 */
import { endsOpen, searchWords } from '../../../preload/contract/search-words.ts';
import { plainText } from './pair-texts.ts';
import type { NewPair } from './pairs.ts';
import type { Store, WritableStore } from './store.ts';

const tableOf = (serial: number): string => `pair_words_${serial}`;

/** null where the version has no index: it was written before there were any. */
export function serialOf(store: Store, versionId: string): number | null {
  const row = store.prepare('SELECT serial FROM versions WHERE id = ?').get(versionId) as
    | { serial: number | null }
    | undefined;
  return row?.serial ?? null;
}

/**
 * Each batch leaves a segment of the index, and segments of a level are merged when there are this many: with FTS5's own 4 the words
 * of a million rows are written five times, with 16 two or three times. Above the second bound a merge is done at once, in one go. Whole numbers: FTS5 takes no others.
 */
const MERGES = { automerge: 16n, crisismerge: 64n };

/** In the transaction that enters the version. */
export function createWords(store: WritableStore, serial: number): void {
  store.db.exec(`DROP TABLE IF EXISTS ${tableOf(serial)};
    CREATE VIRTUAL TABLE ${tableOf(serial)} USING fts5(prompt, chosen, rejected, completion, content='', columnsize=0,
      tokenize='unicode61 remove_diacritics 0')`);
  const set = store.db.prepare(`INSERT INTO ${tableOf(serial)} (${tableOf(serial)}, rank) VALUES (?, ?)`);
  for (const [option, segments] of Object.entries(MERGES)) set.run(option, segments);
}

const orNull = (value: NewPair['chosen']): string | null => (value === null ? null : plainText(value));

/** Enters rows from number `from` on; inside the caller's transaction. */
export function insertWords(store: WritableStore, serial: number, from: number, pairs: readonly NewPair[]): void {
  const statement = store.prepare(
    `INSERT INTO ${tableOf(serial)} (rowid, prompt, chosen, rejected, completion) VALUES (?, ?, ?, ?, ?)`,
  );
  pairs.forEach((p, i) => {
    statement.run(from + i, plainText(p.prompt), orNull(p.chosen), orNull(p.rejected), orNull(p.completion));
  });
}

/** The phrase as FTS5 asks for it: in one column or anywhere; the last word may go on. */
function matchOf(search: string, column: string | null): string {
  // a NUL would end the question early
  const phrase = `"${search.replaceAll('\0', ' ').replaceAll('"', '""')}"${endsOpen(search) ? ' *' : ''}`;
  return column === null ? phrase : `${column} : ${phrase}`;
}

/** Numbers of the rows that hold the words, rising; null where an index cannot answer: signs alone, an unspaced script, no index. */
export function wordMatches(store: Store, versionId: string, search: string, column: string | null): Int32Array | null {
  const serial = serialOf(store, versionId);
  if (serial === null || searchWords(search).length === 0) return null;
  // one string of numbers crosses faster than a row each
  const found = store
    .prepare(`SELECT json_group_array(rowid) AS rows FROM ${tableOf(serial)} WHERE ${tableOf(serial)} MATCH ?`)
    .get(matchOf(search, column)) as { rows: string };
  return Int32Array.from(JSON.parse(found.rows) as number[]);
}

/** Drops the indexes whose versions are gone; also what another program left. */
export function dropOrphanedWords(store: WritableStore): void {
  const orphans = store.db
    .prepare(
      `SELECT name FROM sqlite_master WHERE type = 'table' AND sql LIKE 'CREATE VIRTUAL TABLE%' AND name GLOB 'pair_words_[0-9]*'
        AND NOT EXISTS (SELECT 1 FROM versions WHERE 'pair_words_' || serial = name)`,
    )
    .all() as { name: string }[];
  for (const { name } of orphans) store.db.exec(`DROP TABLE IF EXISTS ${name}`);
}
