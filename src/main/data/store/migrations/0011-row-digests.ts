/** Version 11: digests of rows beside their columns, so that duplicates are found without the texts. Frozen. */
export const rowDigests = {
  number: 11,
  sql: `
-- float64 for each row: see digests.ts; null: written before there were any
ALTER TABLE pair_columns ADD COLUMN digests BLOB;
`,
};
