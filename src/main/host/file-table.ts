/** Files the user handed over, under ids that say nothing about where they are. */
import { randomBytes, randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
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
