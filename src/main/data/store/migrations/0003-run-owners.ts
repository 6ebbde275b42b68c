/** Version 3: whose process a run is in, wishes of other programs about it, and what its relative paths are relative to. Frozen. */
export const runOwners = {
  number: 3,
  sql: `
-- when the process "pid" was started, in the system's own count: a number alone is given again to another process
ALTER TABLE runs ADD COLUMN pid_started INTEGER;
-- null: names of the workspace only
ALTER TABLE runs ADD COLUMN base_folder TEXT;
-- read and removed by the program that runs the run
CREATE TABLE run_requests (
  id INTEGER PRIMARY KEY, run_id TEXT NOT NULL REFERENCES runs(id) ON DELETE CASCADE, action TEXT NOT NULL, at TEXT NOT NULL
) STRICT;
`,
};
