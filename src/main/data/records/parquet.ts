/** Parquet tables, a row group at a time: hyparquet reads them, this file bounds what is held and says what is wrong in words. */
import { type FileHandle, open } from 'node:fs/promises';
import { type AsyncBuffer, type FileMetaData, parquetMetadataAsync, parquetRead, parquetSchema } from 'hyparquet';
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

/** Columns, of which decimals are made to come as they are stored: the library's numbers are rounded. */
function columnsOf(metadata: FileMetaData): Column[] {
  return parquetSchema(metadata).children.map(({ element, children }) => {
    const { name, converted_type: converted, logical_type: logical, scale = 0 } = element;
    const isDecimal = converted === 'DECIMAL' || logical?.type === 'DECIMAL';
    if (!isDecimal || children.length > 0 || element.repetition_type === 'REPEATED') return { name, plain: plainValue };
    delete element.converted_type;
    delete element.logical_type;
    const places = logical?.type === 'DECIMAL' ? logical.scale : scale;
    return {
      name,
      plain: (value) => (value === null || value === undefined ? null : decimalOf(unitsOf(value), places)),
    };
  });
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
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new DatasetError(`${path}: the Parquet file is damaged or cut off: ${why}`, { cause });
  }
}
