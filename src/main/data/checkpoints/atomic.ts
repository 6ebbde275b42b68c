/** Writes files and folders so that a reader sees the old one or the new one, never a half. */
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';

let counter = 0;
const sibling = (path: string, role: string): string =>
  join(dirname(path), `.${basename(path)}.${role}-${process.pid}-${counter++}`);

function sync(path: string): void {
  const fd = openSync(path, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

export function writeFileAtomic(path: string, content: string | Uint8Array): void {
  const temporary = sibling(path, 'new');
  writeFileSync(temporary, content);
  sync(temporary);
  renameSync(temporary, path);
}

/**
 * Lets `write` fill a temporary folder, syncs it, and moves it to `path`. A folder that was there is moved aside first and removed last:
 * `recoverFolder` brings it back when the process died between the two moves.
 */
export function replaceFolderAtomic(path: string, write: (folder: string) => void): void {
  mkdirSync(dirname(path), { recursive: true });
  const temporary = sibling(path, 'new');
  mkdirSync(temporary, { recursive: true });
  try {
    write(temporary);
    syncTree(temporary);
    const old = join(dirname(path), `.${basename(path)}.old`);
    if (existsSync(path)) {
      rmSync(old, { recursive: true, force: true });
      renameSync(path, old);
    }
    renameSync(temporary, path);
    sync(dirname(path));
    rmSync(old, { recursive: true, force: true });
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

/** Undoes an interrupted replacement: the old folder returns when the new one never arrived. */
export function recoverFolder(path: string): void {
  const old = join(dirname(path), `.${basename(path)}.old`);
  if (!existsSync(old)) return;
  if (existsSync(path)) rmSync(old, { recursive: true, force: true });
  else renameSync(old, path);
}

function syncTree(folder: string): void {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) syncTree(path);
    else sync(path);
  }
}
