/** Opens the workspace's database: integrity check, verified backup before a migration, WAL. */
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import { migrations } from './migrations/index.ts';
import { type Store, StoreError, type WritableStore } from './store.ts';
import { discardUnfinished } from './versions.ts';

const BACKUPS_KEPT = 5;
/** Another process (the app beside the command line) may hold the write lock for a moment. */
const BUSY_MS = 10_000;

function wrap(path: string, db: Database.Database): Store {
  const statements = new Map<string, Database.Statement>();
  return {
    path,
    db,
    prepare(sql) {
      const found = statements.get(sql) ?? db.prepare(sql);
      statements.set(sql, found);
      return found;
    },
    close: () => db.close(),
  };
}

/** Read-only connection for a job process: the host is the only writer. */
export function openReadable(path: string): Store {
  if (!existsSync(path)) throw new StoreError('no_store', `${path}: there is no database yet`);
  const db = new Database(path, { readonly: true, timeout: BUSY_MS });
  return wrap(path, db);
}

/** Opens or creates the database and brings it to the newest version. */
export function openStore(path: string): WritableStore {
  mkdirSync(dirname(path), { recursive: true });
  const fresh = !existsSync(path);
  const db = connect(path);
  try {
    if (!fresh) checkIntegrity(db, path);
    migrate(db, path);
  } catch (error) {
    db.close();
    throw error;
  }
  const store = wrap(path, db) as WritableStore;
  discardUnfinished(store, isAlive);
  return store;
}

/** Whether a process of this machine still runs. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as { code?: string }).code === 'EPERM';
  }
}

function connect(path: string): Database.Database {
  try {
    const db = new Database(path, { timeout: BUSY_MS });
    db.pragma('journal_mode = WAL');
    db.pragma('synchronous = NORMAL');
    db.pragma('foreign_keys = ON');
    return db;
  } catch (cause) {
    throw new StoreError(
      'bad_store',
      `${path} cannot be opened as a database: ${cause instanceof Error ? cause.message : cause}. ${backupHint(path)}`,
      {
        cause,
      },
    );
  }
}

const backupHint = (path: string): string =>
  `Move it away to start anew, or put a copy from ${join(dirname(path), 'backups')} in its place.`;

function checkIntegrity(db: Database.Database, path: string): void {
  const found = db.pragma('quick_check(1)', { simple: true });
  if (found !== 'ok') throw new StoreError('bad_store', `${path} is damaged (${found}). ${backupHint(path)}`);
}

function migrate(db: Database.Database, path: string): void {
  const version = db.pragma('user_version', { simple: true }) as number;
  const newest = migrations.length;
  if (version > newest)
    throw new StoreError(
      'newer_store',
      `${path} was written by a newer version of the program (${version}; this one knows ${newest}). Update the program.`,
    );
  if (version === newest) return;
  if (version > 0) backup(db, path, version);
  for (const migration of migrations.slice(version)) {
    db.transaction(() => {
      db.exec(migration.sql);
      db.pragma(`user_version = ${migration.number}`);
    }).immediate();
  }
}

/** A compact copy, opened again and checked before the original is touched. */
function backup(db: Database.Database, path: string, version: number): void {
  const folder = join(dirname(path), 'backups');
  mkdirSync(folder, { recursive: true });
  const stamp = new Date().toISOString().replace(/[:.]/g, '-');
  const copy = join(folder, `${basename(path, '.db')}-v${version}-${stamp}.db`);
  db.prepare('VACUUM INTO ?').run(copy);
  const check = new Database(copy, { readonly: true });
  try {
    checkIntegrity(check, copy);
  } finally {
    check.close();
  }
  const copies = readdirSync(folder)
    .filter((f) => f.endsWith('.db'))
    .sort();
  for (const old of copies.slice(0, Math.max(0, copies.length - BACKUPS_KEPT))) rmSync(join(folder, old));
}
