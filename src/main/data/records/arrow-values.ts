/** A cell of an Arrow column as a plain value, by its type. */
import { type Data, DataType, type LargeUtf8, type Utf8, Vector } from 'apache-arrow';
import { DatasetError } from './dataset-error.ts';
import { decimalOf, instantOf, plainValue, strictText } from './table-values.ts';

/** The cell at `i`; `where` begins the error for a text that is not UTF-8. */
export function arrowValue(vector: Vector, i: number, where: string): unknown {
  if (!vector.isValid(i)) return null;
  const { type } = vector;
  if (DataType.isUtf8(type) || DataType.isLargeUtf8(type)) return textAt(vector, i, where);
  if (DataType.isList(type) || DataType.isFixedSizeList(type) || DataType.isLargeList(type))
    return listOf(vector.get(i) as Vector, where);
  if (DataType.isStruct(type))
    return Object.fromEntries(
      type.children.map(({ name }, column) => {
        const child = vector.getChildAt(column);
        return [name, child === null ? null : arrowValue(child, i, `${where}.${name}`)];
      }),
    );
  if (DataType.isTimestamp(type)) return instantOf(timestampAt(vector, i), PLACES[type.unit]);
  if (DataType.isDate(type)) return new Date(Number(vector.get(i)));
  if (DataType.isDecimal(type)) return decimalOf(unitsAt(vector, i, type.bitWidth), type.scale);
  if (DataType.isMap(type)) return mapAt(vector, i, where);
  return plainValue(jsonOf(vector.get(i)));
}

/** Digits behind the point of a second, by the unit of a timestamp: s, ms, µs, ns. */
const PLACES: readonly number[] = [0, 3, 6, 9];

/** The piece of a column that holds its value `i`, and the value's place there. */
function placeAt({ data }: Vector, i: number): { readonly piece: Data; readonly at: number } {
  let at = i;
  for (const piece of data) {
    if (at < piece.length) return { piece, at };
    at -= piece.length;
  }
  throw new RangeError(`a column has no value ${i}`);
}

/** The number that is stored: the library gives milliseconds, and loses what is finer. */
function timestampAt(vector: Vector, i: number): bigint {
  const { piece, at } = placeAt(vector, i);
  return (piece.values as BigInt64Array)[at];
}

/** A decimal's whole number in two's complement, the lowest word first: the library reads 128 bits, whatever the type says. */
function unitsAt(vector: Vector, i: number, bits: number): bigint {
  const { piece, at } = placeAt(vector, i);
  const { buffer, byteOffset, byteLength } = piece.values as Uint32Array;
  const bytes = new Uint8Array(buffer, byteOffset, byteLength).subarray((at * bits) / 8, ((at + 1) * bits) / 8);
  if (bytes.length !== bits / 8) throw new RangeError('a column of decimals ends before its last value');
  let units = 0n;
  for (const byte of [...bytes].reverse()) units = units * 256n + BigInt(byte);
  return BigInt.asIntN(bits, units);
}

/** A map as an object; its values are read by their own type. */
function mapAt(vector: Vector, i: number, where: string): unknown {
  const { piece, at } = placeAt(vector, i);
  const [from, to] = [piece.valueOffsets[at], piece.valueOffsets[at + 1]];
  const entries = new Vector([piece.children[0]]);
  const [keys, values] = [entries.getChildAt(0), entries.getChildAt(1)];
  const found: [string, unknown][] = [];
  for (let entry = from; entry < to; entry++) {
    const key = keys === null ? null : arrowValue(keys, entry, where);
    found.push([String(key), values === null ? null : arrowValue(values, entry, `${where}.${key}`)]);
  }
  return Object.fromEntries(found);
}

const listOf = (items: Vector, where: string): unknown[] =>
  Array.from({ length: items.length }, (_, at) => arrowValue(items, at, where));

/** The library replaces bytes that are not UTF-8: where its mark stands, the bytes are looked at. */
function textAt(vector: Vector, i: number, where: string): string {
  const text = vector.get(i) as string;
  if (!text.includes('\ufffd') || vector.data.length !== 1) return text;
  const { values, valueOffsets } = vector.data[0] as Data<Utf8 | LargeUtf8>;
  const strict = strictText(values.subarray(Number(valueOffsets[i]), Number(valueOffsets[i + 1])));
  if (strict === undefined) throw new DatasetError(`${where} is not UTF-8`);
  return strict;
}

/** Rows of maps and unions have a form of their own. */
const jsonOf = (value: unknown): unknown =>
  value !== null && typeof value === 'object' && 'toJSON' in value && !(value instanceof Date)
    ? (value as { toJSON(): unknown }).toJSON()
    : value;
