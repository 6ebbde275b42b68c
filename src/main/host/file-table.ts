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
  /** A fresh path for an upload. */
  uploadPath(): string;
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
    uploadPath() {
      mkdirSync(mine, { recursive: true, mode: 0o700 });
      return join(mine, randomUUID());
    },
    close: () => rmSync(mine, { recursive: true, force: true }),
  };
}

function removeAbandoned(folder: string): void {
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder))
    if (!/^\d+$/.test(name) || Number(name) === process.pid || !processIsAlive(Number(name)))
      rmSync(join(folder, name), { recursive: true, force: true });
}
