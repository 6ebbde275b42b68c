/** Table `versions`: immutable contents of a dataset, with their facts and the report of the import that made them. */
import { type ImportReport, importReport } from '../../../preload/contract/datasets.ts';
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
}

const COLUMNS = `id, dataset_id AS datasetId, number, rows, prompts, ties, duplicates, median_chosen_chars AS medianChosenChars,
  median_rejected_chars AS medianRejectedChars, longer_chosen_share AS longerChosenShare, created_at AS createdAt, recipe, content_hash AS contentHash`;

export function insertVersion(store: WritableStore, row: VersionRow, report: ImportReport | null): void {
  store
    .prepare(`INSERT INTO versions (id, dataset_id, number, rows, prompts, ties, duplicates, median_chosen_chars, median_rejected_chars,
      longer_chosen_share, created_at, recipe, content_hash, report) VALUES (@id, @datasetId, @number, @rows, @prompts, @ties, @duplicates,
      @medianChosenChars, @medianRejectedChars, @longerChosenShare, @createdAt, @recipe, @contentHash, @report)`)
    .run({ ...row, report: report && JSON.stringify(report) });
}

/** Sets what is known only after all pairs were written. */
export function finishVersion(store: WritableStore, row: VersionRow, report: ImportReport | null): void {
  store
    .prepare(`UPDATE versions SET rows = @rows, prompts = @prompts, ties = @ties, duplicates = @duplicates, median_chosen_chars = @medianChosenChars,
      median_rejected_chars = @medianRejectedChars, longer_chosen_share = @longerChosenShare, content_hash = @contentHash, report = @report WHERE id = @id`)
    .run({ ...row, report: report && JSON.stringify(report) });
}

export function getVersion(store: Store, id: string): VersionRow | undefined {
  return store.prepare(`SELECT ${COLUMNS} FROM versions WHERE id = ?`).get(id) as VersionRow | undefined;
}

/** Newest first. */
export function listVersions(store: Store, datasetId: string): VersionRow[] {
  return store
    .prepare(`SELECT ${COLUMNS} FROM versions WHERE dataset_id = ? ORDER BY number DESC`)
    .all(datasetId) as VersionRow[];
}

/** Report of the import that made a version; null for a version made otherwise. */
export function getImportReport(store: Store, versionId: string): ImportReport | null {
  const row = store.prepare('SELECT report FROM versions WHERE id = ?').get(versionId) as
    | { report: string | null }
    | undefined;
  return row?.report ? importReport.parse(JSON.parse(row.report)) : null;
}
