/** From a stored version to a file: export then import is the identity on every field the format holds. */
import { closeSync, openSync, statSync, writeSync } from 'node:fs';
import { replaceFileAtomic } from '../checkpoints/atomic.ts';
import { DatasetError } from '../records.ts';
import { getDataset } from '../store/datasets.ts';
import { iteratePairs } from '../store/pairs.ts';
import { type Store, StoreError } from '../store/store.ts';
import { getVersion } from '../store/versions.ts';
import type { ExportFormat, ExportSource } from './export-formats/export-format.ts';
import { exportFormats } from './export-formats/index.ts';

export interface ExportResult {
  /** Rows of the version that are in the file. */
  readonly rows: number;
  /** Rows that the format has no meaning for. */
  readonly leftOut: number;
}

/** Writes a whole version; the file appears when it is complete. Throws RangeError for an unknown format, StoreError `not_found`, DatasetError for a kind or row that the format cannot hold. */
export function exportVersion(store: Store, versionId: string, formatId: string, path: string): ExportResult {
  const format = exportFormats.get(formatId);
  const version = getVersion(store, versionId);
  const dataset = version && getDataset(store, version.datasetId);
  if (!dataset) throw new StoreError('not_found', `there is no dataset version ${versionId}`);
  if (!format.kinds.includes(dataset.kind))
    throw new DatasetError(
      `the dataset "${dataset.name}" holds ${dataset.kind}; the format ${format.id} holds ${format.kinds.join(' or ')}`,
    );
  checkTarget(path);
  let rows = 0;
  let leftOut = 0;
  function* counted() {
    for (const pair of iteratePairs(store, versionId)) {
      rows++;
      yield pair;
    }
  }
  const leaveOut = () => {
    leftOut++;
  };
  const source = { name: dataset.name, kind: dataset.kind, rows: counted(), leaveOut };
  // one snapshot: another program may remove the dataset while its rows are read
  const write = store.db.transaction((temporary: string) => writePieces(temporary, format, source));
  replaceFileAtomic(path, (temporary) => write.deferred(temporary));
  return { rows: rows - leftOut, leftOut };
}

/** Replacing a folder, a pipe or a device by a file is not what anybody means. */
function checkTarget(path: string): void {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found?.isDirectory()) throw new DatasetError(`${path} is a folder; a file name was expected`);
  if (found && !found.isFile()) throw new DatasetError(`${path} is not a regular file`);
}

function writePieces(path: string, format: ExportFormat, source: ExportSource): void {
  const file = openForWriting(path);
  try {
    for (const piece of format.pieces(source)) {
      const bytes = typeof piece === 'string' ? Buffer.from(piece) : piece;
      for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
    }
  } finally {
    closeSync(file);
  }
}

function openForWriting(path: string): number {
  try {
    return openSync(path, 'wx');
  } catch (cause) {
    throw new DatasetError(`the file cannot be written: ${cause instanceof Error ? cause.message : cause}`, { cause });
  }
}
