/** Tables `quality_reports` and `quality_rows`: what was found in a version, and the rows of each finding. */
import { type QualityReport, qualityReport } from '../../../preload/contract/dataset-quality.ts';
import { type Store, transaction, type WritableStore } from './store.ts';

/** Row numbers of a check, rising. */
export type CheckRows = ReadonlyMap<string, Int32Array>;

/** Takes the place of the version's last report. */
export function saveQuality(store: WritableStore, versionId: string, report: QualityReport, rows: CheckRows): void {
  transaction(store, () => {
    store.prepare('DELETE FROM quality_reports WHERE version_id = ?').run(versionId);
    store
      .prepare('INSERT INTO quality_reports (version_id, report) VALUES (?, ?)')
      .run(versionId, JSON.stringify(report));
    const insert = store.prepare('INSERT INTO quality_rows (version_id, check_id, rows) VALUES (?, ?, ?)');
    for (const [check, found] of rows)
      insert.run(versionId, check, Buffer.from(found.buffer, found.byteOffset, found.byteLength));
  });
}

/** null where the version was not looked at yet. */
export function getQuality(store: Store, versionId: string): QualityReport | null {
  const row = store.prepare('SELECT report FROM quality_reports WHERE version_id = ?').get(versionId) as
    | { report: string }
    | undefined;
  return row ? qualityReport.parse(JSON.parse(row.report)) : null;
}

export function rowsOfCheck(store: Store, versionId: string, check: string): Int32Array | undefined {
  const row = store
    .prepare('SELECT rows FROM quality_rows WHERE version_id = ? AND check_id = ?')
    .get(versionId, check) as { rows: Buffer } | undefined;
  // a copy: the driver's buffer may begin anywhere, int32 needs a multiple of 4
  return row && new Int32Array(new Uint8Array(row.rows).buffer);
}

/** When the version's report was made; null without one. */
export function qualityMadeAt(store: Store, versionId: string): string | null {
  const row = store
    .prepare("SELECT json_extract(report, '$.madeAt') AS madeAt FROM quality_reports WHERE version_id = ?")
    .get(versionId) as { madeAt: string } | undefined;
  return row?.madeAt ?? null;
}
