/** Version 7: how people corrected the columns of files, for the next file with the same ones. Frozen. */
export const columnMappings = {
  number: 7,
  sql: `
-- signature: digest of the columns' names, whatever their order
CREATE TABLE column_mappings (
  signature TEXT PRIMARY KEY, format TEXT NOT NULL, mapping TEXT NOT NULL, source TEXT NOT NULL, used_at TEXT NOT NULL
) STRICT;
`,
};
