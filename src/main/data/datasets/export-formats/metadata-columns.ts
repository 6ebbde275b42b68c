/** Which columns the metadata of a version needs in a format that must name its columns before its rows. */
import { WideNumber } from '../../records/exact-json.ts';
import type { ExportSource } from './export-format.ts';
import { othersOf } from './export-format.ts';

/** What all values of a column are: `integer` where all are whole and fit into 64 bits, `json` where they differ or are lists and objects. */
export type ColumnType = 'text' | 'number' | 'integer' | 'boolean' | 'json';

/** A table of more columns is no table. */
const MAX_COLUMNS = 1000;

/** A wide number may stand among whole ones, but not among those with a fraction. */
type ValueType = ColumnType | 'wide';

function typeOf(value: unknown): ValueType {
  if (value instanceof WideNumber) return isLong(String(value)) ? 'wide' : 'json';
  // half a surrogate pair has no UTF-8 form; JSON escapes it
  if (typeof value === 'string') return value.isWellFormed() ? 'text' : 'json';
  if (typeof value === 'boolean') return 'boolean';
  if (typeof value !== 'number') return 'json';
  return Number.isSafeInteger(value) && !Object.is(value, -0) ? 'integer' : 'number';
}

const isLong = (digits: string): boolean =>
  /^-?\d+$/.test(digits) && BigInt.asIntN(64, BigInt(digits)) === BigInt(digits);

/** The type that holds both. */
function joined(a: ValueType, b: ValueType): ValueType {
  if (a === b) return a;
  const both = [a, b];
  if (both.every((type) => type === 'integer' || type === 'wide')) return 'wide';
  return both.every((type) => type === 'integer' || type === 'number') ? 'number' : 'json';
}

const columnType = (type: ValueType): ColumnType => (type === 'wide' ? 'integer' : type);

/** Name and type of each, in the order in which they appear; the rest is left out when there are too many. */
export function metadataColumns({ rows }: ExportSource): Map<string, ColumnType> {
  const columns = new Map<string, ValueType>();
  for (const pair of rows)
    for (const [name, value] of Object.entries(othersOf(pair))) {
      const known = columns.get(name);
      if (known === undefined && columns.size >= MAX_COLUMNS) continue;
      columns.set(name, known === undefined ? typeOf(value) : joined(known, typeOf(value)));
    }
  return new Map([...columns].map(([name, type]) => [name, columnType(type)]));
}
