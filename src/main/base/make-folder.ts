/** Makes a folder and the missing ones above it, or says which of them cannot be made. */
import { existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';

/** One by one: Node's own recursive way never returns where the parent exists but takes no folder, as in /proc. */
export function makeFolder(path: string): void {
  if (existsSync(path)) return;
  makeFolder(dirname(path));
  try {
    mkdirSync(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // another program may have been faster
    if (code === 'EEXIST') return;
    throw Object.assign(new Error(`${path}: the folder cannot be made (${code})`, { cause: error }), {
      code: 'bad_input',
    });
  }
}
