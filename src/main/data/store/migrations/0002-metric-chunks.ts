/** Version 2: the older points of a run's curves packed by the hundred, so that long runs are read at once. Frozen. */
export const metricChunks = {
  number: 2,
  sql: `
-- points: float64 rows of step, seconds and one value for each of names; NaN = not finite, Infinity = absent
CREATE TABLE metric_chunks (
  run_id TEXT NOT NULL REFERENCES runs(id) ON DELETE CASCADE, first_step INTEGER NOT NULL, last_step INTEGER NOT NULL,
  names TEXT NOT NULL, points BLOB NOT NULL, UNIQUE (run_id, first_step)
) STRICT;
`,
};
