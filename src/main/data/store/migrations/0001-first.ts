/** Version 1: datasets with versions and pairs, models, runs with what they report, ratings, comparisons. Frozen. */
export const first = {
  number: 1,
  sql: `
CREATE TABLE datasets (
  id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, format TEXT NOT NULL, source TEXT NOT NULL, created_at TEXT NOT NULL
) STRICT;
CREATE TABLE versions (
  id TEXT PRIMARY KEY, dataset_id TEXT NOT NULL REFERENCES datasets(id) ON DELETE CASCADE, number INTEGER NOT NULL,
  rows INTEGER NOT NULL, prompts INTEGER NOT NULL, ties INTEGER NOT NULL, duplicates INTEGER NOT NULL,
  median_chosen_chars REAL, median_rejected_chars REAL, longer_chosen_share REAL,
  created_at TEXT NOT NULL, recipe TEXT NOT NULL, content_hash TEXT NOT NULL, report TEXT,
  -- set while rows are still being written: the process that does it
  writer_pid INTEGER, UNIQUE (dataset_id, number)
) STRICT;
-- chat is a bit mask: 1 prompt, 2 chosen, 4 rejected, 8 completion hold a conversation as JSON
CREATE TABLE pairs (
  version_id TEXT NOT NULL REFERENCES versions(id) ON DELETE CASCADE, idx INTEGER NOT NULL,
  prompt TEXT NOT NULL, chosen TEXT, rejected TEXT, completion TEXT, chat INTEGER NOT NULL, label INTEGER, tie INTEGER NOT NULL,
  margin REAL, score_chosen REAL, score_rejected REAL, annotator TEXT, metadata TEXT NOT NULL, file TEXT NOT NULL, line INTEGER, source_row INTEGER,
  PRIMARY KEY (version_id, idx)
) STRICT, WITHOUT ROWID;
CREATE TABLE models (
  id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, family TEXT NOT NULL, parameters INTEGER NOT NULL, bytes INTEGER NOT NULL, vocabulary INTEGER NOT NULL,
  layers INTEGER NOT NULL, hidden INTEGER NOT NULL, context INTEGER NOT NULL, origin TEXT NOT NULL, run_id TEXT, parent TEXT, folder TEXT NOT NULL,
  created_at TEXT NOT NULL
) STRICT;
CREATE TABLE runs (
  id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, method TEXT NOT NULL, status TEXT NOT NULL, config TEXT NOT NULL, model TEXT, reference_model TEXT,
  dataset TEXT, run_group TEXT, step INTEGER NOT NULL DEFAULT 0, max_steps INTEGER NOT NULL DEFAULT 0, seconds_left REAL, created_at TEXT NOT NULL,
  started_at TEXT, ended_at TEXT, error TEXT, seconds REAL, tokens_per_second REAL, peak_memory_bytes INTEGER, output_dir TEXT NOT NULL,
  latest TEXT NOT NULL DEFAULT '{}', pid INTEGER
) STRICT;
CREATE TABLE metrics (
  run_id TEXT NOT NULL REFERENCES runs(id) ON DELETE CASCADE, step INTEGER NOT NULL, evaluation INTEGER NOT NULL, seconds REAL NOT NULL, point TEXT NOT NULL,
  PRIMARY KEY (run_id, step, evaluation)
) STRICT, WITHOUT ROWID;
CREATE TABLE samples (
  run_id TEXT NOT NULL REFERENCES runs(id) ON DELETE CASCADE, step INTEGER NOT NULL, prompt_index INTEGER NOT NULL, prompt TEXT NOT NULL,
  completion TEXT NOT NULL, tokens INTEGER NOT NULL, reward REAL, finish_reason TEXT NOT NULL, PRIMARY KEY (run_id, step, prompt_index)
) STRICT, WITHOUT ROWID;
CREATE TABLE log_lines (
  id INTEGER PRIMARY KEY, run_id TEXT NOT NULL REFERENCES runs(id) ON DELETE CASCADE, at TEXT NOT NULL, level TEXT NOT NULL, text TEXT NOT NULL
) STRICT;
CREATE INDEX log_lines_by_run ON log_lines (run_id, id);
CREATE TABLE checkpoints (
  run_id TEXT NOT NULL REFERENCES runs(id) ON DELETE CASCADE, step INTEGER NOT NULL, folder TEXT NOT NULL, bytes INTEGER NOT NULL, created_at TEXT NOT NULL,
  PRIMARY KEY (run_id, step)
) STRICT, WITHOUT ROWID;
CREATE TABLE ratings (
  id TEXT PRIMARY KEY, prompt TEXT NOT NULL, completion_a TEXT NOT NULL, completion_b TEXT NOT NULL, model_a TEXT, model_b TEXT, verdict TEXT NOT NULL,
  quality_a INTEGER, quality_b INTEGER, rater TEXT NOT NULL, comment TEXT, created_at TEXT NOT NULL
) STRICT;
CREATE TABLE comparisons (
  id INTEGER PRIMARY KEY, task TEXT NOT NULL, a TEXT NOT NULL, b TEXT NOT NULL, n INTEGER NOT NULL, win INTEGER NOT NULL, tie INTEGER NOT NULL,
  loss INTEGER NOT NULL, win_rate REAL NOT NULL, low REAL NOT NULL, high REAL NOT NULL, mean_reward_a REAL NOT NULL, mean_reward_b REAL NOT NULL,
  judge TEXT NOT NULL, created_at TEXT NOT NULL
) STRICT;
`,
};
