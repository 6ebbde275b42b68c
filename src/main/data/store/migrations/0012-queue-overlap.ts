/** Version 12: how many people rate each pair of a queue, and whom a pair is dealt to. Frozen. */
export const queueOverlap = {
  number: 12,
  sql: `
-- names of those who rate; empty: whoever comes
ALTER TABLE queues ADD COLUMN raters TEXT NOT NULL DEFAULT '[]';
-- people for each pair of the overlap; null: everybody
ALTER TABLE queues ADD COLUMN raters_each INTEGER;
-- share of the pairs, those in front, that several people rate
ALTER TABLE queues ADD COLUMN overlap_share REAL NOT NULL DEFAULT 1;
-- people that the pair needs; null: everybody
ALTER TABLE queue_items ADD COLUMN needed INTEGER;
-- a pair without a row here goes to whoever comes
CREATE TABLE queue_deals (
  item_id INTEGER NOT NULL REFERENCES queue_items(id) ON DELETE CASCADE, rater TEXT NOT NULL, PRIMARY KEY (item_id, rater)
) STRICT, WITHOUT ROWID;
`,
};
