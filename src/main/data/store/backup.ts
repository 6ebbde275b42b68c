/** Backups of the database: a compact copy beside it, opened again and checked before anybody relies on it. */
import { readdirSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import { makeFolder } from '../../base/make-folder.ts';
import { StoreError } from './store.ts';

const BACKUPS_KEPT = 5;

const folderOf = (path: string): string => join(dirname(path), 'backups');

/** What a user can do about a database that cannot be used. */
export const backupHint = (path: string): string =>
  `Move it away to start anew, or put a copy from ${folderOf(path)} in its place.`;

/** SQLite's quick check; throws StoreError `bad_store` with its first finding. */
export function checkIntegrity(db: Database.Database, path: string): void {
  const found = firstFinding(db);
  if (found !== 'ok') throw new StoreError('bad_store', `${path} is damaged (${found}). ${backupHint(path)}`);
}

/**
 * Every table that lies in the file, those of the full-text indexes too. The virtual tables over them are left out: their check reads every
 * word again, which takes five times as long as all the rest. Heavy damage makes the check itself fail.
 */
function firstFinding(db: Database.Database): string {
  try {
    const tables = db
      .prepare("SELECT name FROM pragma_table_list WHERE schema = 'main' AND type IN ('table', 'shadow')")
      .all() as { name: string }[];
    const findings = tables.map(({ name }) => String(db.pragma(`quick_check("${name}")`, { simple: true })));
    return findings.find((finding) => finding !== 'ok') ?? 'ok';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Copies the open database to backups/NAME-vVERSION-TIME.db, checks the copy, and keeps the newest five. Returns the copy's path. */
export function backup(db: Database.Database, path: string, version: number): string {
  const folder = folderOf(path);
  makeFolder(folder);
  const name = basename(path, '.db');
  const copy = join(folder, `${name}-v${version}-${new Date().toISOString().replace(/[:.]/g, '-')}.db`);
  db.prepare('VACUUM INTO ?').run(copy);
  verify(copy);
  removeOldest(folder, name);
  return copy;
}

function verify(copy: string): void {
  const db = new Database(copy, { readonly: true });
  try {
    checkIntegrity(db, copy);
  } finally {
    db.close();
  }
}

/** Only files named as ours are counted: a copy that somebody put there stays. */
function removeOldest(folder: string, name: string): void {
  const stamp = /-v\d+-(\d{4}-\d\d-\d\dT[\d-]+Z)\.db$/;
  const copies = readdirSync(folder)
    .filter((file) => file.startsWith(`${name}-v`) && stamp.test(file))
    .map((file) => ({ file, time: stamp.exec(file)?.[1] ?? '' }))
    .sort((a, b) => (a.time < b.time ? -1 : 1));
  for (const { file } of copies.slice(0, -BACKUPS_KEPT)) rmSync(join(folder, file));
}
