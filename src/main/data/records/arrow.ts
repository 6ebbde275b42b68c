/** Arrow tables (IPC files, which Feather is, and IPC streams), a record batch at a time. */
import { type FileHandle, open } from 'node:fs/promises';
import * as zlib from 'node:zlib';
import { CompressionType, compressionRegistry, type Data, type RecordBatch, RecordBatchReader } from 'apache-arrow';
import { decompress } from 'fzstd';
import type { SourceRecord } from '../records.ts';
import { arrowMessages } from './arrow-messages.ts';
import { arrowValue } from './arrow-values.ts';
import type { ReadOptions } from './bytes.ts';
import { DatasetError } from './dataset-error.ts';
import { unpackLz4Frame } from './lz4-frame.ts';
import { rowOf } from './table-values.ts';

compressionRegistry.set(CompressionType.LZ4_FRAME, { decode: unpackLz4Frame });
compressionRegistry.set(CompressionType.ZSTD, {
  // in arrays of their own: columns are read as numbers, which must begin at a multiple of their size
  decode: (data) =>
    'zstdDecompressSync' in zlib ? new Uint8Array(zlib.zstdDecompressSync(data)) : decompress(data).slice(),
});

export async function* readArrow(path: string, options: ReadOptions): AsyncGenerator<SourceRecord> {
  const handle = await open(path, 'r');
  try {
    let row = 0;
    for await (const values of batchesOf(path, handle, options)) {
      for (const value of values) yield { value, line: null, row: row++ };
    }
    if (row === 0) throw new DatasetError(`${path}: the Arrow table has no rows`);
  } finally {
    await handle.close();
  }
}

/** The rows of each batch; the library's complaints with the file they are about. */
async function* batchesOf(
  path: string,
  handle: FileHandle,
  options: ReadOptions,
): AsyncGenerator<SourceRecord['value'][]> {
  let before = 0;
  let bytesRead = 0;
  let batches = 0;
  async function* counted() {
    for await (const { bytes, isBatch } of arrowMessages(handle)) {
      options.signal?.throwIfAborted();
      bytesRead += bytes.length;
      if (isBatch) batches++;
      yield bytes;
    }
  }
  try {
    for await (const batch of await RecordBatchReader.from(counted())) {
      checkOffsets(batch.data, batch.numRows);
      const values = Array.from({ length: batch.numRows }, (_, i) => recordOf(path, batch, i, before + i));
      before += values.length;
      batches--;
      options.onBytes?.(bytesRead);
      yield values;
    }
    if (batches !== 0) throw new Error(`${Math.abs(batches)} of its batches cannot be read`);
  } catch (cause) {
    if (cause instanceof DatasetError || (cause as Error).name === 'AbortError') throw cause;
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new DatasetError(`${path}: the Arrow table is damaged or cut off: ${why}`, { cause });
  }
}

/** More rows in one batch are held by no column of texts that fits into memory. */
const MAX_ROWS = 1 << 24;

/** The library reads past the end of a column as if there were empty texts: every column must be as long as the batch says, and its texts must lie inside it. */
function checkOffsets({ children }: Data, rows: number): void {
  if (rows > MAX_ROWS) throw new RangeError(`a batch claims ${rows} rows`);
  for (const child of children) {
    const { length, valueOffsets, values } = child as Data & { values?: ArrayLike<unknown> };
    if (length > MAX_ROWS * 64) throw new RangeError(`a column claims ${length} values`);
    if (valueOffsets && valueOffsets.length > 0) {
      const last = Number(valueOffsets[length]);
      const end = child.children[0]?.length ?? values?.length ?? 0;
      if (!(last >= 0 && last <= end)) throw new RangeError('a column ends before its last value');
    }
    checkOffsets(child, 0);
  }
}

function recordOf(path: string, batch: RecordBatch, i: number, row: number): SourceRecord['value'] {
  const where = `${path}: row ${row}`;
  return rowOf(
    batch.schema.fields.map(({ name }, column) => {
      const vector = batch.getChildAt(column);
      return [name, vector === null ? null : arrowValue(vector, i, `${where}: "${name}"`)];
    }),
  );
}
