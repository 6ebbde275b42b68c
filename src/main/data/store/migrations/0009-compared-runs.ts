/** Version 9: what people write on runs, in which order runs wait, verdicts on sets of runs, and saved comparisons. Frozen. */
export const comparedRuns = {
  number: 9,
  sql: `
ALTER TABLE runs ADD COLUMN tags TEXT NOT NULL DEFAULT '[]';
ALTER TABLE runs ADD COLUMN notes TEXT NOT NULL DEFAULT '';
-- the largest is begun first; those of equal priority in the order they came
ALTER TABLE runs ADD COLUMN priority INTEGER NOT NULL DEFAULT 0;
-- a and b of a comparison of runs: keys of series; NULL where models were compared by name
ALTER TABLE comparisons ADD COLUMN a_key TEXT;
ALTER TABLE comparisons ADD COLUMN b_key TEXT;
ALTER TABLE comparisons ADD COLUMN length_controlled REAL;
ALTER TABLE comparisons ADD COLUMN length_a REAL;
ALTER TABLE comparisons ADD COLUMN length_b REAL;
CREATE INDEX comparisons_by_key ON comparisons (a_key, b_key) WHERE a_key IS NOT NULL;
CREATE TABLE saved_comparisons (
  id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, view TEXT NOT NULL, created_at TEXT NOT NULL, updated_at TEXT NOT NULL
) STRICT;
`,
};
