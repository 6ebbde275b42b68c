/** Parquet tables, a row group at a time: hyparquet reads them, this file bounds what is held and says what is wrong in words. */
import { type FileHandle, open } from 'node:fs/promises';
import {
  type AsyncBuffer,
  type FileMetaData,
  parquetMetadataAsync,
  parquetRead,
  parquetSchema,
  type SchemaTree,
} from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import type { SourceRecord } from '../records.ts';
import type { ReadOptions } from './bytes.ts';
import { DatasetError } from './dataset-error.ts';
import { parseExact } from './exact-json.ts';
import { decimalOf, instantOf, plainValue, rowOf, strictText } from './table-values.ts';

/** A row group is held whole; a header could claim any size. */
const MAX_GROUP_BYTES = 512 << 20;

export async function* readParquet(path: string, options: ReadOptions): AsyncGenerator<SourceRecord> {
  const handle = await open(path, 'r');
  try {
    const file = await bufferOf(handle);
    const metadata = await inWords(path, () => parquetMetadataAsync(file));
    const columns = columnsOf(metadata);
    let row = 0;
    for (const rowEnd of groupEnds(path, metadata)) {
      options.signal?.throwIfAborted();
      const cells = await inWords(path, () => readRows(path, file, metadata, row, rowEnd));
      options.onBytes?.(Math.round((file.byteLength * rowEnd) / Math.max(1, Number(metadata.num_rows))));
      for (const values of cells) {
        yield { value: rowOf(columns.map(({ name, plain }, i) => [name, plain(values[i])])), line: null, row: row++ };
      }
    }
    if (row === 0) throw new DatasetError(`${path}: the Parquet file has no rows`);
  } finally {
    await handle.close();
  }
}

interface Column {
  readonly name: string;
  plain(value: unknown): unknown;
}

/** Columns, of which decimals are made to come as they are stored, also inside lists and objects: the library's numbers are rounded. */
const columnsOf = (metadata: FileMetaData): Column[] =>
  parquetSchema(metadata).children.map((tree) => ({ name: tree.element.name, plain: exactly(tree) ?? plainValue }));

type Plain = Column['plain'];

const isNothing = (value: unknown): boolean => value === null || value === undefined;

/** What makes the library's value plain; undefined where there is no decimal inside. */
function exactly(tree: SchemaTree): Plain | undefined {
  const plain = tree.children.length === 0 ? decimalIn(tree) : insideOf(tree);
  if (!plain) return undefined;
  const orNull: Plain = (value) => (isNothing(value) ? null : plain(value));
  return tree.element.repetition_type === 'REPEATED' ? eachOf(orNull) : orNull;
}

const eachOf =
  (plain: Plain): Plain =>
  (value) =>
    Array.isArray(value) ? value.map(plain) : plain(value);

/** A decimal's whole number; from here on the library takes it for one. */
function decimalIn({ element }: SchemaTree): Plain | undefined {
  const { converted_type: converted, logical_type: logical, scale = 0 } = element;
  if (converted !== 'DECIMAL' && logical?.type !== 'DECIMAL') return undefined;
  delete element.converted_type;
  delete element.logical_type;
  const places = logical?.type === 'DECIMAL' ? logical.scale : scale;
  return (value) => decimalOf(unitsOf(value), places);
}

/** Lists and maps as the library tells them: they come without the levels that Parquet has for them. */
function insideOf(tree: SchemaTree): Plain | undefined {
  const [entries] = tree.children;
  const only = tree.children.length === 1 && entries.element.repetition_type === 'REPEATED';
  const { converted_type: converted } = tree.element;
  if (only && converted === 'LIST' && entries.children.length <= 1) {
    // of two levels the lower one is the value, and is marked as repeated
    const item = entries.children.length === 1 ? exactly(entries.children[0]) : decimalIn(entries);
    return item && eachOf((value) => (isNothing(value) ? null : item(value)));
  }
  if (only && converted === 'MAP' && entries.children.length === 2) {
    const values = exactly(entries.children[1]);
    return values && ((map) => Object.fromEntries(Object.entries(map as object).map(([k, v]) => [k, values(v)])));
  }
  const children = tree.children.map((child) => [child.element.name, exactly(child)] as const);
  if (children.every(([, plain]) => plain === undefined)) return undefined;
  const known = new Map(children);
  return (value) =>
    Object.fromEntries(Object.entries(value as object).map(([key, v]) => [key, (known.get(key) ?? plainValue)(v)]));
}

/** A whole number, or the bytes of one in two's complement, the highest first. */
function unitsOf(value: unknown): bigint {
  if (!(value instanceof Uint8Array)) return BigInt(value as number | bigint);
  let units = 0n;
  for (const byte of value) units = units * 256n + BigInt(byte);
  return BigInt.asIntN(8 * value.length, units);
}

async function bufferOf(handle: FileHandle): Promise<AsyncBuffer> {
  const { size } = await handle.stat();
  const read = async (start: number, end: number): Promise<ArrayBuffer> => {
    // a header may point anywhere
    const isInside =
      Number.isSafeInteger(start) && Number.isSafeInteger(end) && start >= 0 && start <= end && end <= size;
    if (!isInside) throw new Error(`it points to bytes ${start} to ${end} of ${size}`);
    const bytes = new Uint8Array(end - start);
    const { bytesRead } = await handle.read(bytes, 0, bytes.length, start);
    if (bytesRead !== bytes.length) throw new Error('it ends too early');
    return bytes.buffer;
  };
  return {
    byteLength: size,
    slice(start, end = size) {
      const reading = read(start, end);
      // the library asks for several parts at once and waits for none after one has failed
      reading.catch(() => undefined);
      return reading;
    },
  };
}

/** Index of the row after each row group. */
function groupEnds(path: string, { row_groups: groups }: FileMetaData): number[] {
  let end = 0;
  return groups.map(({ num_rows: rows, total_byte_size: bytes }, i) => {
    if (Number(bytes) > MAX_GROUP_BYTES)
      throw new DatasetError(
        `${path}: row group ${i} holds ${Math.round(Number(bytes) / 2 ** 20)} MB; at most ${MAX_GROUP_BYTES >> 20} MB are read at once. Write it with smaller row groups (row_group_size)`,
      );
    end += Number(rows);
    return end;
  });
}

async function readRows(
  path: string,
  file: AsyncBuffer,
  metadata: FileMetaData,
  rowStart: number,
  rowEnd: number,
): Promise<unknown[][]> {
  let rows: unknown[][] = [];
  const stringFromBytes = (bytes: Uint8Array | undefined) => {
    const text = bytes && strictText(bytes);
    if (bytes && text === undefined)
      throw new DatasetError(`${path}: a text in rows ${rowStart} to ${rowEnd - 1} is not UTF-8`);
    return text;
  };
  await parquetRead({
    file,
    metadata,
    rowStart,
    rowEnd,
    compressors,
    // bytes that are not marked as text stay bytes
    utf8: false,
    parsers: {
      stringFromBytes,
      jsonFromBytes: (bytes) => parseExact(stringFromBytes(bytes) ?? 'null'),
      timestampFromMicroseconds: (value) => instantOf(value, 6),
      timestampFromNanoseconds: (value) => instantOf(value, 9),
    },
    onComplete: (all) => {
      rows = all;
    },
  });
  return rows;
}

/** The library's complaints, with the file they are about. */
async function inWords<T>(path: string, body: () => Promise<T>): Promise<T> {
  try {
    return await body();
  } catch (cause) {
    if (cause instanceof DatasetError || (cause as Error).name === 'AbortError') throw cause;
    // the library takes what it finds for granted
    const isLost = cause instanceof TypeError || cause instanceof RangeError;
    const why = isLost ? 'its metadata make no sense' : cause instanceof Error ? cause.message : String(cause);
    throw new DatasetError(`${path}: the Parquet file is damaged or cut off: ${why}`, { cause });
  }
}
