/** A cell of an Arrow column as a plain value, by its type. */
import { type Data, DataType, type LargeUtf8, type Utf8, type Vector } from 'apache-arrow';
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
  if (DataType.isDecimal(type)) return decimalOf(BigInt(String(vector.get(i))), type.scale);
  return plainValue(jsonOf(vector.get(i)));
}

/** Digits behind the point of a second, by the unit of a timestamp: s, ms, µs, ns. */
const PLACES: readonly number[] = [0, 3, 6, 9];

/** The number that is stored: the library gives milliseconds, and loses what is finer. */
function timestampAt({ data }: Vector, i: number): bigint {
  let at = i;
  for (const { length, values } of data) {
    if (at < length) return (values as BigInt64Array)[at];
    at -= length;
  }
  throw new RangeError(`a column has no value ${i}`);
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
