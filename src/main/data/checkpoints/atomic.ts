/** Writes files and folders so that a reader sees the old one or the new one, never a half. */
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { makeFolder } from '../../base/make-folder.ts';

let counter = 0;
const sibling = (path: string, role: string): string =>
  join(dirname(path), `.${basename(path)}.${role}-${process.pid}-${counter++}`);

/** A place beside `path` for what is on its way out: `sweepTemporary` removes it when this process is dead. */
export const asideOf = (path: string): string => sibling(path, 'new');

const oldPathOf = (path: string): string => join(dirname(path), `.${basename(path)}.old`);

/** Windows flushes only what is open for writing, and no folders. */
function sync(path: string): void {
  const isFolder = statSync(path).isDirectory();
  if (isFolder && process.platform === 'win32') return;
  const fd = openSync(path, isFolder ? 'r' : 'r+');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

export function writeFileAtomic(path: string, content: string | Uint8Array): void {
  replaceFileAtomic(path, (temporary) => writeFileSync(temporary, content));
}

/** Lets `write` fill a temporary file beside `path`, syncs it and moves it there: for files too large to hold in memory. */
export function replaceFileAtomic(path: string, write: (temporary: string) => void): void {
  const temporary = sibling(path, 'new');
  try {
    write(temporary);
    sync(temporary);
    renameSync(temporary, path);
    sync(dirname(path));
  } finally {
    rmSync(temporary, { force: true });
  }
}

/**
 * Lets `write` fill a temporary folder, syncs it, and moves it to `path`. A folder that was there is moved aside first and removed last:
 * `recoverFolder` brings it back when the process died between the two moves.
 */
export function replaceFolderAtomic(path: string, write: (folder: string) => void): void {
  makeFolder(dirname(path));
  recoverFolder(path);
  const temporary = sibling(path, 'new');
  makeFolder(temporary);
  try {
    write(temporary);
    syncTree(temporary);
    if (existsSync(path)) renameSync(path, oldPathOf(path));
    renameSync(temporary, path);
    sync(dirname(path));
  } finally {
    rmSync(temporary, { recursive: true, force: true });
    recoverFolder(path);
  }
}

/**
 * Lets `write` fill a temporary folder, syncs it, and moves it to `path`, where nothing or an empty folder may be. `arrive` calls the move, so that it
 * can be the last step of a transaction.
 */
export async function createFolderAtomic(
  path: string,
  write: (folder: string) => Promise<void>,
  arrive: (move: () => void) => void = (move) => move(),
): Promise<void> {
  makeFolder(dirname(path));
  const temporary = sibling(path, 'new');
  try {
    mkdirSync(temporary);
    await write(temporary);
    syncTree(temporary);
    arrive(() => {
      if (existsSync(path)) rmdirSync(path);
      renameSync(temporary, path);
      sync(dirname(path));
    });
  } catch (error) {
    throw refusedByDisk(path, temporary, error);
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

/** What a disk says, in words. */
const REFUSALS: Readonly<Record<string, string>> = {
  ENOSPC: 'no space is left on the disk',
  EDQUOT: 'no more may be kept on the disk (quota)',
  EFBIG: 'the file system takes no file of that size',
  EROFS: 'the file system takes no changes',
  EACCES: 'no permission to write there',
  EPERM: 'no permission to write there',
  ENOENT: 'no folder can be made there',
  EIO: 'the disk failed',
};

/** An error of the file system about what is written for `path` in `temporary`, told by that path; any other error, as of a file that is read, itself. */
function refusedByDisk(path: string, temporary: string, error: unknown): unknown {
  const found = (error ?? {}) as NodeJS.ErrnoException & { readonly dest?: string };
  const why = Object.hasOwn(REFUSALS, found.code ?? '') ? REFUSALS[found.code ?? ''] : undefined;
  // a write to an open file names none
  const isOwn = found.syscall === 'write' || [found.path, found.dest].some((each) => each?.startsWith(temporary));
  if (why === undefined || !isOwn) return error;
  return Object.assign(new Error(`${path}: ${why}; nothing was written`, { cause: error }), { code: 'bad_input' });
}

/** Removes temporary files and folders whose process was killed. */
export function sweepTemporary(folder: string, isAlive: (pid: number) => boolean): void {
  for (const name of readdirSync(folder)) {
    const pid = /^\..*\.new-(\d+)-\d+$/.exec(name)?.[1];
    if (pid !== undefined && !isAlive(Number(pid))) rmSync(join(folder, name), { recursive: true, force: true });
  }
}

/** Undoes an interrupted replacement: the old folder returns when the new one never arrived, and goes when it did. */
export function recoverFolder(path: string): void {
  const old = oldPathOf(path);
  if (!existsSync(old)) return;
  if (existsSync(path)) rmSync(old, { recursive: true, force: true });
  else renameSync(old, path);
}

/** Everything in a folder is on the disk. */
export function syncTree(folder: string): void {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) syncTree(path);
    else sync(path);
  }
  sync(folder);
}
