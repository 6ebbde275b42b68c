/** Files the user handed over, under ids that say nothing about where they are. */
import { randomBytes, randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { RpcError } from '../../preload/contract/rpc.ts';
import type { FileHandle } from '../../preload/contract/system.ts';
import { processIsAlive } from '../base/processes.ts';

export interface HandedFile {
  readonly path: string;
  /** As the user knows it. */
  readonly name: string;
}

export interface FileTable {
  /** Makes a file known; the handle goes to the page. */
  add(path: string, name?: string): FileHandle;
  /** Throws `unknown_file` for an id this session never gave out. */
  get(fileId: string): HandedFile;
  /** A fresh path for an upload; it ends as the file's name does, because readers look at that as well. */
  uploadPath(name: string): string;
  /** An empty folder for the uploads of several files that belong together. */
  addFolder(name: string): FileHandle;
  /** The path of a file in such a folder. Throws `unknown_file`, or `invalid_input` for a name that is no plain one or taken. */
  pathIn(folderId: string, name: string): string;
  /** Removes this session's uploads. */
  close(): void;
}

/** Uploads live in `folder`/PID; those of dead processes are removed now. */
export function createFileTable(folder: string): FileTable {
  const files = new Map<string, HandedFile>();
  const mine = join(folder, String(process.pid));
  removeAbandoned(folder);
  return {
    add(path, name = basename(path)) {
      const fileId = randomBytes(16).toString('base64url');
      files.set(fileId, { path, name });
      return { fileId, name, bytes: statSync(path).size };
    },
    get(fileId) {
      const file = files.get(fileId);
      if (!file) throw new RpcError('unknown_file', 'This file is no longer known. Choose it again.');
      return file;
    },
    uploadPath(name) {
      mkdirSync(mine, { recursive: true, mode: 0o700 });
      return join(mine, `${randomUUID()}${endingOf(name)}`);
    },
    addFolder(name) {
      const path = join(mine, randomUUID());
      mkdirSync(path, { recursive: true, mode: 0o700 });
      return this.add(path, name);
    },
    pathIn(folderId, name) {
      const { path } = this.get(folderId);
      // a folder of the user's own is never written into
      if (dirname(path) !== mine || !statSync(path).isDirectory())
        throw new RpcError('unknown_file', 'This folder does not take uploads.');
      if (!/^[\w-][\w.-]{0,254}$/.test(name) || existsSync(join(path, name)))
        throw new RpcError(
          'invalid_input',
          `${JSON.stringify(name)} cannot be put into the folder: a plain name that is not there yet was expected.`,
        );
      return join(path, name);
    },
    close: () => rmSync(mine, { recursive: true, force: true }),
  };
}

/** "pairs.jsonl.gz" → ".jsonl.gz"; nothing that could be more than an ending. */
const endingOf = (name: string): string => /(\.[a-z0-9]{1,8}){1,2}$/i.exec(name)?.[0] ?? '';

function removeAbandoned(folder: string): void {
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder))
    if (!/^\d+$/.test(name) || Number(name) === process.pid || !processIsAlive(Number(name)))
      rmSync(join(folder, name), { recursive: true, force: true });
}
