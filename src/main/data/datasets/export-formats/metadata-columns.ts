/** Which columns the metadata of a version needs in a format that must name its columns before its rows. */
import type { ExportSource } from './export-format.ts';
import { othersOf } from './export-format.ts';

/** What all values of a column are; `json` where they differ or are lists and objects. */
export type ColumnType = 'text' | 'number' | 'boolean' | 'json';

/** A table of more columns is no table. */
const MAX_COLUMNS = 1000;

const typeOf = (value: unknown): ColumnType =>
  typeof value === 'string'
    ? 'text'
    : typeof value === 'number' || typeof value === 'boolean'
      ? (typeof value as 'number' | 'boolean')
      : 'json';

/** Name and type of each, in the order in which they appear; the rest is left out when there are too many. */
export function metadataColumns({ rows }: ExportSource): Map<string, ColumnType> {
  const columns = new Map<string, ColumnType>();
  for (const pair of rows)
    for (const [name, value] of Object.entries(othersOf(pair))) {
      const type = typeOf(value);
      const known = columns.get(name);
      if (known === undefined && columns.size >= MAX_COLUMNS) continue;
      columns.set(name, known === undefined || known === type ? type : 'json');
    }
  return columns;
}
