/** Version 5: pairs of answers that wait for a person, and which rating belongs to which of them. Frozen. */
export const ratingItems = {
  number: 5,
  sql: `
-- a and b as they are shown: which of the two the run calls its first is known to the run alone
CREATE TABLE rating_items (
  id INTEGER PRIMARY KEY, run_id TEXT NOT NULL REFERENCES runs(id) ON DELETE CASCADE, step INTEGER NOT NULL, pair INTEGER NOT NULL,
  prompt TEXT NOT NULL, completion_a TEXT NOT NULL, completion_b TEXT NOT NULL,
  -- the smallest is shown first; putting one off makes it larger
  place INTEGER NOT NULL DEFAULT 0,
  -- set when the run has its rating, which can then no longer be taken back
  taken INTEGER NOT NULL DEFAULT 0,
  UNIQUE (run_id, step, pair)
) STRICT;
CREATE INDEX rating_items_open ON rating_items (run_id) WHERE taken = 0;
-- what a person said outlives the run it was said to
ALTER TABLE ratings ADD COLUMN item_id INTEGER REFERENCES rating_items(id) ON DELETE SET NULL;
CREATE INDEX ratings_by_item ON ratings (item_id);
`,
};
