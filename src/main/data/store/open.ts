/** Opens the workspace's database: integrity check, migration, WAL, cached statements. */
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import { makeFolder } from '../../base/make-folder.ts';
import { processIsAlive } from '../../base/processes.ts';
import { backupHint, checkIntegrity } from './backup.ts';
import { checkVersion, migrate } from './migrate.ts';
import { type Store, StoreError, type WritableStore } from './store.ts';
import { discardUnfinished } from './versions.ts';

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

/** Read-only connection for a job process: the host is the only writer, and has brought the database to this program's version. */
export function openReadable(path: string): Store {
  if (!existsSync(path)) throw new StoreError('no_store', `${path}: there is no database yet`);
  return guarded(new Database(path, { readonly: true, timeout: BUSY_MS }), (db) => {
    checkVersion(db, path);
    return wrap(path, db);
  });
}

/** Opens or creates the database, checks it and brings it to the newest version; what a killed import left is removed. Throws StoreError. */
export function openStore(path: string): WritableStore {
  makeFolder(dirname(path));
  const fresh = !existsSync(path);
  return guarded(connect(path), (db) => {
    if (!fresh) checkIntegrity(db, path);
    migrate(db, path);
    db.pragma('foreign_keys = ON');
    const store = wrap(path, db) as WritableStore;
    discardUnfinished(store, processIsAlive);
    return store;
  });
}

/** A connection that is closed again when its use fails. */
function guarded<T>(db: Database.Database, use: (db: Database.Database) => T): T {
  try {
    return use(db);
  } catch (error) {
    db.close();
    throw error;
  }
}

function connect(path: string): Database.Database {
  try {
    return guarded(new Database(path, { timeout: BUSY_MS }), (db) => {
      db.pragma('journal_mode = WAL');
      db.pragma('synchronous = NORMAL');
      return db;
    });
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : cause;
    throw new StoreError('bad_store', `${path} cannot be opened as a database: ${why}. ${backupHint(path)}`, { cause });
  }
}
