/** Table `run_data`: the version behind each dataset's name in a run's config, as it was when the run was made. */
import type { PinnedData, VersionUse } from '../../../preload/contract/dataset-versions.ts';
import type { Store, WritableStore } from './store.ts';

/** What is pinned already stays as it is. */
export function insertRunData(store: WritableStore, runId: string, data: readonly PinnedData[]): void {
  const statement =
    store.prepare(`INSERT OR IGNORE INTO run_data (run_id, key, name, dataset, number, version_id, content_hash)
    VALUES (@runId, @key, @name, @dataset, @number, @versionId, @contentHash)`);
  for (const each of data) statement.run({ ...each, runId });
}

export function listRunData(store: Store, runId: string): PinnedData[] {
  return store
    .prepare(`SELECT key, name, dataset, number, version_id AS versionId, content_hash AS contentHash FROM run_data
      WHERE run_id = ? ORDER BY key, name`)
    .all(runId) as PinnedData[];
}

const USES = `SELECT r.id AS runId, r.name AS run, r.status, d.key, d.version_id AS versionId, d.number, d.content_hash AS contentHash
  FROM run_data AS d JOIN runs AS r ON r.id = d.run_id`;

/** Runs that used a version, newest first; also of a version that is gone. */
export const usesOf = (store: Store, versionId: string): VersionUse[] =>
  store.prepare(`${USES} WHERE d.version_id = ? ORDER BY r.created_at DESC, r.name`).all(versionId) as VersionUse[];

/** Runs that used any version of a dataset, newest first. */
export const usesOfDataset = (store: Store, datasetId: string): VersionUse[] =>
  store
    .prepare(
      `${USES} JOIN versions AS v ON v.id = d.version_id WHERE v.dataset_id = ? ORDER BY r.created_at DESC, r.name`,
    )
    .all(datasetId) as VersionUse[];
