/** Version 10: how versions were made, an index of their words, columns to filter by, quality reports, edits that wait, and what runs used. Frozen. */
export const datasetDerivations = {
  number: 10,
  sql: `
-- JSON: operation, its parameters, the versions it read with their hashes; null for an import
ALTER TABLE versions ADD COLUMN derivation TEXT;
-- names the version's index pair_words_N; null: written before there were any
ALTER TABLE versions ADD COLUMN serial INTEGER;
CREATE UNIQUE INDEX versions_by_serial ON versions (serial);
-- facts of "count" rows from "first" on, packed: see pair-columns.ts
CREATE TABLE pair_columns (
  version_id TEXT NOT NULL REFERENCES versions(id) ON DELETE CASCADE, first INTEGER NOT NULL, count INTEGER NOT NULL,
  lengths BLOB NOT NULL, numbers BLOB NOT NULL, flags BLOB NOT NULL, names TEXT NOT NULL, named BLOB NOT NULL, UNIQUE (version_id, first)
) STRICT;
CREATE TABLE quality_reports (
  version_id TEXT PRIMARY KEY REFERENCES versions(id) ON DELETE CASCADE, report TEXT NOT NULL
) STRICT;
-- row numbers that a check of the report found: int32, rising
CREATE TABLE quality_rows (
  version_id TEXT NOT NULL REFERENCES quality_reports(version_id) ON DELETE CASCADE, check_id TEXT NOT NULL, rows BLOB NOT NULL,
  UNIQUE (version_id, check_id)
) STRICT;
CREATE TABLE pending_edits (
  version_id TEXT NOT NULL REFERENCES versions(id) ON DELETE CASCADE, idx INTEGER NOT NULL, verdict TEXT NOT NULL,
  PRIMARY KEY (version_id, idx)
) STRICT, WITHOUT ROWID;
-- what a run used outlives the version: its name, number and hash stay
CREATE TABLE run_data (
  run_id TEXT NOT NULL REFERENCES runs(id) ON DELETE CASCADE, key TEXT NOT NULL, name TEXT NOT NULL,
  dataset TEXT NOT NULL, number INTEGER NOT NULL, version_id TEXT NOT NULL, content_hash TEXT NOT NULL, PRIMARY KEY (run_id, key, name)
) STRICT, WITHOUT ROWID;
CREATE INDEX run_data_by_version ON run_data (version_id);
`,
};
