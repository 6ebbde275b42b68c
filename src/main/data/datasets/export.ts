/** From a stored version to a file: export then import is the identity on every field the format holds. */
import { closeSync, existsSync, openSync, readFileSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { replaceFileAtomic } from '../checkpoints/atomic.ts';
import { asObject, parseJson } from '../records/json-text.ts';
import { DatasetError } from '../records.ts';
import { getDataset } from '../store/datasets.ts';
import { iteratePairs } from '../store/pairs.ts';
import { type Store, StoreError } from '../store/store.ts';
import { getVersion } from '../store/versions.ts';
import type { BesideFile, ExportFormat, ExportSource } from './export-formats/export-format.ts';
import { exportFormats } from './export-formats/index.ts';

export interface ExportResult {
  /** Rows of the version that are in the file. */
  readonly rows: number;
  /** Rows that the format has no meaning for. */
  readonly leftOut: number;
  /** A file that was written beside it, for programs that want one. */
  readonly beside: string | undefined;
}

interface Outgoing {
  readonly format: ExportFormat;
  readonly source: ExportSource;
  /** Rows of the version, and those that were left out so far. */
  readonly count: number;
  leftOut(): number;
}

/** A version on its way into a format. Throws RangeError for an unknown format, StoreError `not_found`, DatasetError for a kind that the format cannot hold. */
function outgoing(store: Store, versionId: string, formatId: string, onRow?: () => void): Outgoing {
  const format = exportFormats.get(formatId);
  const version = getVersion(store, versionId);
  const dataset = version && getDataset(store, version.datasetId);
  if (!dataset) throw new StoreError('not_found', `there is no dataset version ${versionId}`);
  if (!format.kinds.includes(dataset.kind))
    throw new DatasetError(
      `the dataset "${dataset.name}" holds ${dataset.kind}; the format ${format.id} holds ${format.kinds.join(' or ')}`,
    );
  let leftOut = 0;
  const source = {
    name: dataset.name,
    kind: dataset.kind,
    rows: {
      *[Symbol.iterator]() {
        for (const pair of iteratePairs(store, versionId)) {
          yield pair;
          onRow?.();
        }
      },
    },
    leaveOut: () => {
      leftOut++;
    },
  };
  return { format, source, count: version.rows, leftOut: () => leftOut };
}

/** Writes a whole version; the file appears when it is complete. Throws what `outgoing` throws, and DatasetError for a row that the format cannot hold. */
export function exportVersion(store: Store, versionId: string, formatId: string, path: string): ExportResult {
  const { format, source, count, leftOut } = outgoing(store, versionId, formatId);
  checkTarget(path);
  const beside = format.beside && withEntry(dirname(path), format.beside(source, basename(path)));
  // one snapshot: another program may remove the dataset while its rows are read
  const write = store.db.transaction((temporary: string) => writePieces(temporary, format, source));
  replaceFileAtomic(path, (temporary) => write.deferred(temporary));
  beside?.write();
  return { rows: count - leftOut(), leftOut: leftOut(), beside: beside?.path };
}

export interface ExportTurns {
  /** Lets others run after each piece; throws to end the work. */
  pause(done: number, total: number): Promise<void>;
}

/** The same into a folder of its own, piece by piece, so that a host goes on answering. Throws StoreError `not_found` when the version goes away meanwhile. */
export async function exportIntoFolder(
  store: Store,
  { versionId, format: formatId, folder, name }: { versionId: string; format: string; folder: string; name: string },
  { pause }: ExportTurns,
): Promise<ExportResult> {
  let done = 0;
  const { format, source, count, leftOut } = outgoing(store, versionId, formatId, () => done++);
  const path = join(folder, `${name}.${format.extension}`);
  const file = openForWriting(path);
  try {
    for (const piece of format.pieces(source)) {
      writeWhole(file, piece);
      await pause(Math.min(done, count), count);
    }
  } finally {
    closeSync(file);
  }
  if (done < count || getVersion(store, versionId) === undefined)
    throw new StoreError('not_found', 'the version was removed while it was being written');
  const beside = format.beside && withEntry(folder, format.beside(source, basename(path)));
  beside?.write();
  return { rows: count - leftOut(), leftOut: leftOut(), beside: beside?.path };
}

/** The file beside the export with its entry; what others have written into it stays. Throws DatasetError when it is no JSON object. */
function withEntry(folder: string, { name, entry: [key, value] }: BesideFile) {
  const path = join(folder, name);
  checkTarget(path);
  const found: unknown = existsSync(path) ? parseJson(readFileSync(path, 'utf8'), path, { file: path }) : {};
  const entries = { ...asObject(found, path, { file: path }), [key]: value };
  const text = `${JSON.stringify(entries, null, 2)}\n`;
  return { path, write: () => replaceFileAtomic(path, (temporary) => writeFileSync(temporary, text)) };
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
    for (const piece of format.pieces(source)) writeWhole(file, piece);
  } finally {
    closeSync(file);
  }
}

function writeWhole(file: number, piece: string | Uint8Array): void {
  const bytes = typeof piece === 'string' ? Buffer.from(piece) : piece;
  for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
}

function openForWriting(path: string): number {
  try {
    return openSync(path, 'wx');
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const why = { ENOENT: 'there is no such folder', EACCES: 'no permission to write into it' }[code ?? ''] ?? message;
    throw new DatasetError(`${dirname(path)}: the file cannot be written: ${why}`, { cause });
  }
}
