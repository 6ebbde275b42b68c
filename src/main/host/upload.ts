/** `POST /upload`: a file from the page, streamed into the workspace's uploads, answered by a handle. */
import { createWriteStream, rmSync } from 'node:fs';
import { basename } from 'node:path';
import { type Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { FileHandle } from '../../preload/contract/system.ts';
import type { FileTable } from './file-table.ts';

/** Larger files are imported on the command line, which reads them where they lie. */
export const MAX_UPLOAD_BYTES = 4 * 1024 ** 3;

export class UploadError extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.name = 'UploadError';
    this.status = status;
  }
}

/** What arrives: by HTTP in the browser, by the app's own protocol in the desktop. */
export interface Upload {
  readonly body: Readable;
  readonly headers: {
    readonly 'x-file-name'?: unknown;
    readonly 'content-length'?: unknown;
    /** A folder of `files.folder` that the file is put into. */
    readonly 'x-folder-id'?: unknown;
  };
}

/** Stores the body under the name in `x-file-name` (encodeURIComponent); a broken or too large upload leaves nothing behind. */
export async function receiveUpload(
  { body, headers }: Upload,
  files: FileTable,
  limit = MAX_UPLOAD_BYTES,
): Promise<FileHandle> {
  const name = fileName(headers['x-file-name']);
  if (Number(headers['content-length'] ?? 0) > limit) throw tooLarge(limit);
  const path = placeOf(files, headers['x-folder-id'], name);
  try {
    await pipeline(body, atMost(limit), createWriteStream(path, { mode: 0o600, flags: 'wx' }));
    return files.add(path, name);
  } catch (error) {
    rmSync(path, { force: true });
    throw error;
  }
}

function placeOf(files: FileTable, folderId: unknown, name: string): string {
  if (folderId === undefined) return files.uploadPath(name);
  try {
    return files.pathIn(String(folderId), name);
  } catch (error) {
    throw new UploadError(400, error instanceof Error ? error.message : String(error));
  }
}

const tooLarge = (limit: number): UploadError =>
  new UploadError(413, `the file is larger than ${Math.floor(limit / 1024 ** 2)} MB`);

function fileName(header: unknown): string {
  try {
    const name = basename(decodeURIComponent(String(header ?? '')).replaceAll('\\', '/'));
    if (name.length > 0 && name.length <= 255 && !name.includes('\0')) return name;
  } catch {
    // said below
  }
  throw new UploadError(400, 'the header x-file-name must hold the name of the file');
}

function atMost(limit: number): Transform {
  let bytes = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, next) {
      bytes += chunk.length;
      if (bytes > limit) next(tooLarge(limit));
      else next(null, chunk);
    },
  });
}
