/** Table `datasets`: named sets of preference data. */
import type { DatasetKind, DatasetSummary } from '../../../preload/contract/datasets.ts';
import { dropOrphanedWords } from './pair-words.ts';
import type { Store, WritableStore } from './store.ts';
import { listVersionFacts } from './versions.ts';

export interface DatasetRow {
  readonly id: string;
  readonly name: string;
  readonly kind: DatasetKind;
  readonly format: string;
  readonly source: string;
  readonly createdAt: string;
}

const COLUMNS = 'id, name, kind, format, source, created_at AS createdAt';

export function insertDataset(store: WritableStore, row: DatasetRow): void {
  store
    .prepare(
      'INSERT INTO datasets (id, name, kind, format, source, created_at) VALUES (@id, @name, @kind, @format, @source, @createdAt)',
    )
    .run(row);
}

export function getDataset(store: Store, id: string): DatasetRow | undefined {
  return store.prepare(`SELECT ${COLUMNS} FROM datasets WHERE id = ?`).get(id) as DatasetRow | undefined;
}

export function getDatasetByName(store: Store, name: string): DatasetRow | undefined {
  return store.prepare(`SELECT ${COLUMNS} FROM datasets WHERE name = ?`).get(name) as DatasetRow | undefined;
}

/** Newest first, each with the facts of its latest version. */
export function listDatasets(store: Store): DatasetSummary[] {
  const rows = store
    .prepare(
      `SELECT ${COLUMNS} FROM datasets WHERE EXISTS (SELECT 1 FROM versions WHERE dataset_id = datasets.id AND writer_pid IS NULL) ORDER BY created_at DESC, name`,
    )
    .all() as DatasetRow[];
  return rows.map((row) => {
    const versions = listVersionFacts(store, row.id);
    const {
      rows: count,
      prompts,
      ties,
      duplicates,
      medianChosenChars,
      medianRejectedChars,
      longerChosenShare,
    } = versions[0] ?? NO_VERSION;
    return {
      ...row,
      rows: count,
      prompts,
      ties,
      duplicates,
      medianChosenChars,
      medianRejectedChars,
      longerChosenShare,
      versions: versions.map(({ id, number, rows: n, createdAt, recipe, contentHash }) => ({
        id,
        number,
        rows: n,
        createdAt,
        recipe,
        contentHash,
      })),
    };
  });
}

const NO_VERSION = {
  rows: 0,
  prompts: 0,
  ties: 0,
  duplicates: 0,
  medianChosenChars: null,
  medianRejectedChars: null,
  longerChosenShare: null,
};

/** Versions, pairs and reports go with it. */
export function removeDataset(store: WritableStore, id: string): boolean {
  const removed = store.prepare('DELETE FROM datasets WHERE id = ?').run(id).changes > 0;
  dropOrphanedWords(store);
  return removed;
}
