/** Files that are read at any place (Parquet, Arrow, spreadsheets): as they are, or as a temporary copy when they are packed. */
import { createWriteStream, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type ReadOptions, readBytes } from './bytes.ts';
import { DatasetError } from './dataset-error.ts';
import { packingOf } from './packed.ts';

/** What `read` gives for the file's unpacked form; a temporary copy is removed when the reading ends, however it ends. */
export async function* ofUnpacked<T>(
  path: string,
  options: ReadOptions,
  read: (unpacked: string) => AsyncGenerator<T>,
): AsyncGenerator<T> {
  if (packingOf(path) === undefined) return yield* read(path);
  const folder = mkdtempSync(join(tmpdir(), 'plumb-unpacked-'));
  try {
    const copy = join(folder, 'unpacked');
    await pipeline(Readable.from(readBytes(path, options)), createWriteStream(copy), { signal: options.signal });
    yield* read(copy);
  } catch (cause) {
    // errors name the file that the user knows
    if (!(cause instanceof DatasetError)) throw cause;
    throw new DatasetError(cause.message.replaceAll(folder, path), { details: cause.details, cause });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
