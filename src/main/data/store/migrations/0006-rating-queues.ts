/** Version 6: queues of pairs that people rate, what a judge says of them beside, and several ratings of one pair. Frozen. */
export const ratingQueues = {
  number: 6,
  sql: `
CREATE TABLE queues (
  id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE,
  -- models: answers of models · dataset: pairs of a version
  kind TEXT NOT NULL, models TEXT NOT NULL, version_id TEXT, dataset TEXT, judge TEXT,
  -- the job that answers and judges, and its folder; null where there is nothing to do
  run_id TEXT, folder TEXT, created_at TEXT NOT NULL
) STRICT;
-- first and second: which of them is shown as A is drawn for each rater
CREATE TABLE queue_items (
  id INTEGER PRIMARY KEY, queue_id TEXT NOT NULL REFERENCES queues(id) ON DELETE CASCADE, position INTEGER NOT NULL,
  prompt TEXT NOT NULL, first TEXT NOT NULL, second TEXT NOT NULL, first_model TEXT NOT NULL, second_model TEXT NOT NULL,
  -- row of the version, where it is a dataset's pair
  source_row INTEGER,
  judged TEXT, judge_first REAL, judge_second REAL,
  UNIQUE (queue_id, position)
) STRICT;
-- the largest place comes last
CREATE TABLE queue_skips (
  item_id INTEGER NOT NULL REFERENCES queue_items(id) ON DELETE CASCADE, rater TEXT NOT NULL, place INTEGER NOT NULL, PRIMARY KEY (item_id, rater)
) STRICT, WITHOUT ROWID;
-- what a person said outlives the queue it was said in
ALTER TABLE ratings ADD COLUMN queue_item INTEGER REFERENCES queue_items(id) ON DELETE SET NULL;
ALTER TABLE ratings ADD COLUMN tags TEXT NOT NULL DEFAULT '[]';
-- 1: the item's second answer was shown as A
ALTER TABLE ratings ADD COLUMN flipped INTEGER NOT NULL DEFAULT 0;
CREATE UNIQUE INDEX ratings_once_each ON ratings (queue_item, rater) WHERE queue_item IS NOT NULL;
`,
};
