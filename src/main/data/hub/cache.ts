/** The hub's cache on disk, in the layout of huggingface_hub: blobs by etag, snapshots of links, refs, listings. */
import { createHash } from 'node:crypto';
import { existsSync, linkSync, readFileSync, renameSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { hashFile } from '../../base/hash-file.ts';
import { makeFolder } from '../../base/make-folder.ts';
import { processIsAlive } from '../../base/processes.ts';
import { writeFileAtomic } from '../checkpoints/atomic.ts';
import { HubError } from './hub-error.ts';
import { checkFile, isCommit, type Repository } from './names.ts';
import type { HubSettings } from './settings.ts';

export interface ListedFile {
  readonly path: string;
  readonly size: number;
}

const folderName = (id: string): string => `models--${id.replaceAll('/', '--')}`;

export class RepositoryCache {
  readonly id: string;
  readonly folder: string;
  readonly #locks: string;
  readonly #copies: boolean;

  constructor({ cache, copies }: HubSettings, { id }: Repository) {
    this.id = id;
    this.folder = join(cache, folderName(id));
    this.#locks = join(cache, '.locks', folderName(id));
    this.#copies = copies;
  }

  snapshot(commit: string): string {
    return join(this.folder, 'snapshots', commit);
  }

  blob(etag: string): string {
    return join(this.folder, 'blobs', etag);
  }

  /** The commit that a branch or tag last stood for; undefined when it was never asked for. */
  commitOf(revision: string): string | undefined {
    if (isCommit(revision)) return revision;
    const path = join(this.folder, 'refs', ...revision.split('/'));
    const commit = existsSync(path) ? readFileSync(path, 'utf8').trim() : '';
    return isCommit(commit) ? commit : undefined;
  }

  keepCommit(revision: string, commit: string): void {
    if (isCommit(revision) || this.commitOf(revision) === commit) return;
    const path = join(this.folder, 'refs', ...revision.split('/'));
    makeFolder(dirname(path));
    writeFileAtomic(path, commit);
  }

  /** Whether a file of a snapshot is there whole. */
  has(commit: string, file: string): boolean {
    return existsSync(join(this.snapshot(commit), file));
  }

  /** The files of a commit, when it was listed before. */
  listing(commit: string): ListedFile[] | undefined {
    const path = join(this.folder, 'trees', `${commit}.json`);
    if (!existsSync(path)) return undefined;
    try {
      const { files } = JSON.parse(readFileSync(path, 'utf8')) as { files?: Record<string, { size?: unknown }> };
      return Object.entries(files ?? {}).map(([file, { size }]) => ({
        path: checkFile(file, this.id),
        size: typeof size === 'number' ? size : 0,
      }));
    } catch (cause) {
      if (cause instanceof HubError) throw cause;
      // half written by another program: as good as none
      return undefined;
    }
  }

  keepListing(commit: string, files: Readonly<Record<string, unknown>>): void {
    const path = join(this.folder, 'trees', `${commit}.json`);
    makeFolder(dirname(path));
    writeFileAtomic(path, JSON.stringify({ format_version: 1, files }));
  }

  /** Puts a complete blob into the snapshot: a relative link, or the content where links are impossible. */
  place(commit: string, file: string, etag: string): void {
    const path = join(this.snapshot(commit), file);
    const blob = this.blob(etag);
    makeFolder(dirname(path));
    if (existsSync(path)) return;
    // a link whose blob was removed
    rmSync(path, { force: true });
    if (this.#copies) renameSync(blob, path);
    else symlinkSync(relative(dirname(path), blob), path);
  }

  prepare(): void {
    for (const name of ['blobs', 'refs', 'snapshots']) makeFolder(join(this.folder, name));
    const tag = join(dirname(this.folder), 'CACHEDIR.TAG');
    if (!existsSync(tag))
      writeFileSync(
        tag,
        'Signature: 8a477f597d28d172789f06886806bc55\n# This folder is a cache of the Hugging Face hub.\n',
      );
  }

  /** Runs `body` while no other process of this program downloads the same content; waits for one that does. */
  async locked<T>(etag: string, signal: AbortSignal | undefined, body: () => Promise<T>): Promise<T> {
    makeFolder(this.#locks);
    // not "ETAG.lock": that file is another program's, and stays when its lock is free
    const path = join(this.#locks, `${etag}.plumbline`);
    while (!claim(path)) await sleep(200, undefined, { signal });
    try {
      return await body();
    } finally {
      rmSync(path, { force: true });
    }
  }
}

/** A lock without a process's number is one whose program ended while it made it. */
const UNSIGNED_MS = 10_000;

/** Creates the lock's file with this process's number, whole or not at all; one whose process is gone is taken over. */
function claim(path: string): boolean {
  const own = `${path}.${process.pid}.${serial++}`;
  try {
    writeFileSync(own, String(process.pid));
    linkSync(own, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(own, { force: true });
  }
  if (isLeft(path)) takeAway(path, own);
  return false;
}

let serial = 0;

function isLeft(path: string): boolean {
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found) return false;
  const owner = Number(readIfThere(path));
  if (Number.isInteger(owner) && owner > 0) return owner !== process.pid && !processIsAlive(owner);
  return Date.now() - found.mtimeMs > UNSIGNED_MS;
}

/** Of several processes that see a lock left, one moves it away; a fresh lock that was moved instead is put back. */
function takeAway(path: string, aside: string): void {
  try {
    renameSync(path, aside);
    if (!isLeft(aside)) linkSync(aside, path);
  } catch (error) {
    if (!['ENOENT', 'EEXIST'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  } finally {
    rmSync(aside, { force: true });
  }
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}

/** Whether an etag says what the content must be. */
export const isChecked = (etag: string): boolean => /^(?:[0-9a-f]{64}|[0-9a-f]{40})$/.test(etag);

/** Compares a file with the etag: SHA-256 when it has 64 hex digits, git's SHA-1 of a blob when it has 40; other etags say nothing of the content. */
export function contentMatches(path: string, etag: string): boolean {
  const kind = /^[0-9a-f]{64}$/.test(etag) ? 'sha256' : /^[0-9a-f]{40}$/.test(etag) ? 'sha1' : null;
  if (kind === null) return true;
  const hash = createHash(kind);
  if (kind === 'sha1') hash.update(`blob ${statSync(path).size}\0`);
  return hashFile(hash, path).digest('hex') === etag;
}
