/** Table `versions`: immutable contents of a dataset, with their facts and the report of the import that made them. */
import { type Derivation, derivation } from '../../../preload/contract/dataset-versions.ts';
import { type ImportReport, importReport } from '../../../preload/contract/datasets.ts';
import { createWords, dropOrphanedWords } from './pair-words.ts';
import type { Store, WritableStore } from './store.ts';

export interface VersionRow {
  readonly id: string;
  readonly datasetId: string;
  readonly number: number;
  readonly rows: number;
  readonly prompts: number;
  readonly ties: number;
  readonly duplicates: number;
  readonly medianChosenChars: number | null;
  readonly medianRejectedChars: number | null;
  readonly longerChosenShare: number | null;
  readonly createdAt: string;
  readonly recipe: string;
  readonly contentHash: string;
  /** How it was made from others; null for an import. */
  readonly derivation: Derivation | null;
}

const COLUMNS = `id, dataset_id AS datasetId, number, rows, prompts, ties, duplicates, median_chosen_chars AS medianChosenChars,
  median_rejected_chars AS medianRejectedChars, longer_chosen_share AS longerChosenShare, created_at AS createdAt, recipe, content_hash AS contentHash`;

type StoredRow = Omit<VersionRow, 'derivation'> & { readonly derivation: string | null };

const fromRow = (row: StoredRow): VersionRow => ({
  ...row,
  derivation: row.derivation === null ? null : derivation.parse(JSON.parse(row.derivation)),
});

/** Starts a version and its index of words: nobody sees it before `finishVersion`. In the caller's transaction. */
export function insertVersion(store: WritableStore, row: VersionRow): void {
  const { serial } = store.prepare('SELECT coalesce(max(serial), 0) + 1 AS serial FROM versions').get() as {
    serial: number;
  };
  store
    .prepare(`INSERT INTO versions (id, dataset_id, number, rows, prompts, ties, duplicates, median_chosen_chars, median_rejected_chars,
      longer_chosen_share, created_at, recipe, content_hash, derivation, serial, writer_pid) VALUES (@id, @datasetId, @number, @rows, @prompts,
      @ties, @duplicates, @medianChosenChars, @medianRejectedChars, @longerChosenShare, @createdAt, @recipe, @contentHash, @derivation, @serial, @pid)`)
    .run({ ...row, derivation: row.derivation && JSON.stringify(row.derivation), serial, pid: process.pid });
  createWords(store, serial);
}

/** Sets what is known only after all pairs were written, and makes the version visible. */
export function finishVersion(store: WritableStore, row: VersionRow, report: ImportReport | null): void {
  store
    .prepare(`UPDATE versions SET rows = @rows, prompts = @prompts, ties = @ties, duplicates = @duplicates, median_chosen_chars = @medianChosenChars,
      median_rejected_chars = @medianRejectedChars, longer_chosen_share = @longerChosenShare, content_hash = @contentHash, report = @report, writer_pid = NULL WHERE id = @id`)
    .run({ ...row, report: report && JSON.stringify(report) });
}

export function getVersion(store: Store, id: string): VersionRow | undefined {
  const row = store.prepare(`SELECT ${COLUMNS}, derivation FROM versions WHERE id = ? AND writer_pid IS NULL`).get(id);
  return row === undefined ? undefined : fromRow(row as StoredRow);
}

/** Newest first, without how they were made: edits of a million rows are long. */
export const listVersionFacts = (store: Store, datasetId: string): Omit<VersionRow, 'derivation'>[] =>
  store
    .prepare(`SELECT ${COLUMNS} FROM versions WHERE dataset_id = ? AND writer_pid IS NULL ORDER BY number DESC`)
    .all(datasetId) as Omit<VersionRow, 'derivation'>[];

/** Newest first. */
export function listVersions(store: Store, datasetId: string): VersionRow[] {
  const rows = store
    .prepare(
      `SELECT ${COLUMNS}, derivation FROM versions WHERE dataset_id = ? AND writer_pid IS NULL ORDER BY number DESC`,
    )
    .all(datasetId) as StoredRow[];
  return rows.map(fromRow);
}

/** Report of the import that made a version; null for a version made otherwise. */
export function getImportReport(store: Store, versionId: string): ImportReport | null {
  const row = store.prepare('SELECT report FROM versions WHERE id = ?').get(versionId) as
    | { report: string | null }
    | undefined;
  return row?.report ? importReport.parse(JSON.parse(row.report)) : null;
}

/** The number a new version of a dataset gets; unfinished ones count too. */
export function nextVersionNumber(store: Store, datasetId: string): number {
  const row = store.prepare('SELECT max(number) AS newest FROM versions WHERE dataset_id = ?').get(datasetId) as {
    newest: number | null;
  };
  return (row.newest ?? 0) + 1;
}

/** Takes back a version whose writing failed, and its dataset when that leaves none. */
export function discardVersion(store: WritableStore, id: string): void {
  const row = store.prepare('SELECT dataset_id AS datasetId FROM versions WHERE id = ?').get(id) as
    | { datasetId: string }
    | undefined;
  if (!row) return;
  store.prepare('DELETE FROM versions WHERE id = ?').run(id);
  store
    .prepare('DELETE FROM datasets WHERE id = ? AND NOT EXISTS (SELECT 1 FROM versions WHERE dataset_id = ?)')
    .run(row.datasetId, row.datasetId);
  dropOrphanedWords(store);
}

/** Removes what processes that no longer live left half written. */
export function discardUnfinished(store: WritableStore, isAlive: (pid: number) => boolean): void {
  const rows = store.prepare('SELECT id, writer_pid AS pid FROM versions WHERE writer_pid IS NOT NULL').all() as {
    id: string;
    pid: number;
  }[];
  for (const { id, pid } of rows) if (!isAlive(pid)) discardVersion(store, id);
  dropOrphanedWords(store);
}
