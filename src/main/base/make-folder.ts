/** Makes a folder and the missing ones above it, or says which of them cannot be made. */
import { mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/** One by one: Node's own recursive way never returns where the parent exists but takes no folder, as in /proc. */
export function makeFolder(path: string): void {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found?.isDirectory()) return;
  if (found) throw badFolder(path, 'there is a file of that name');
  makeFolder(dirname(path));
  try {
    mkdirSync(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // another program may have been faster
    if (code === 'EEXIST') return;
    throw badFolder(path, String(code), error);
  }
}

const badFolder = (path: string, why: string, cause?: unknown): Error =>
  Object.assign(new Error(`${path}: the folder cannot be made (${why})`, { cause }), { code: 'bad_input' });
