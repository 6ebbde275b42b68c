/** What a workspace takes of the disk, by part, and the backups of its database. */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { readdir, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import type { StorageUse } from '../../preload/contract/settings.ts';
import { backup } from '../data/store/backup.ts';
import { storeVersion } from '../data/store/migrate.ts';
import type { HostServices } from './services.ts';

type Services = Pick<HostServices, 'workspace' | 'store'>;

export async function storageUse({ workspace }: Services): Promise<StorageUse> {
  const { home, models, runs, database } = workspace;
  const folders: [string, string][] = [
    ['models', models],
    ['runs and checkpoints', runs],
    ['downloads of the hub', join(home, 'hub')],
    ['exports', join(home, 'exports')],
    ['backups', backups(workspace)],
  ];
  const parts = await Promise.all(folders.map(async ([what, folder]) => ({ what, bytes: await bytesBelow(folder) })));
  const base = ['', '-wal', '-shm'].reduce((sum, end) => sum + sizeOf(database + end), 0);
  const { bavail, bsize } = await statfs(home);
  return { parts: [...parts, { what: 'database', bytes: base }], freeBytes: bavail * bsize, backup: newest(workspace) };
}

/** A copy of the database, checked after it was written. Throws StoreError. */
export const backUp = ({ store, workspace }: Services): string =>
  backup(store.db, workspace.database, storeVersion(store.db));

const backups = ({ home }: { readonly home: string }): string => join(home, 'backups');
const sizeOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0;

function newest(workspace: Services['workspace']): StorageUse['backup'] {
  const folder = backups(workspace);
  if (!existsSync(folder)) return null;
  const copies = readdirSync(folder)
    .filter((name) => name.endsWith('.db'))
    .map((name) => statSync(join(folder, name)))
    .sort((a, b) => b.mtimeMs - a.mtimeMs);
  return copies.length === 0 ? null : { at: copies[0].mtime.toISOString(), bytes: copies[0].size };
}

/** Links are not followed: a hub's cache is made of them. Files that go while they are counted count nothing. */
async function bytesBelow(folder: string): Promise<number> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const sizes = await Promise.all(
    entries.map(async (entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return bytesBelow(path);
      return entry.isFile() ? ((await stat(path).catch(() => null))?.size ?? 0) : 0;
    }),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}
