/** Brings a database to this program's version, after a verified backup; refuses one that is newer. */
import type Database from 'better-sqlite3';
import { backup } from './backup.ts';
import { type Migration, migrations } from './migrations/index.ts';
import { StoreError } from './store.ts';

const NEWEST = migrations.length;

const versionOf = (db: Database.Database): number => db.pragma('user_version', { simple: true }) as number;

export { versionOf as storeVersion };

/** Throws StoreError when the database is not of this program's version: `newer_store` or `older_store`. */
export function checkVersion(db: Database.Database, path: string): void {
  refuseNewer(db, path);
  const version = versionOf(db);
  if (version < NEWEST)
    throw new StoreError(
      'older_store',
      `${path} has version ${version}, this program reads ${NEWEST}. Start the app once: it brings the database up to date.`,
    );
}

function refuseNewer(db: Database.Database, path: string): void {
  const version = versionOf(db);
  if (version > NEWEST)
    throw new StoreError(
      'newer_store',
      `${path} was written by a newer version of the program (${version}; this one knows ${NEWEST}). Update the program.`,
    );
}

/** Call before foreign keys are switched on: a migration may rebuild a table that others refer to. */
export function migrate(db: Database.Database, path: string): void {
  refuseNewer(db, path);
  const version = versionOf(db);
  if (version > 0 && version < NEWEST) backup(db, path, version);
  db.pragma('foreign_keys = OFF');
  for (const migration of migrations.slice(version)) apply(db, path, migration);
}

/** One migration in one transaction. Looks at the version again inside: another process may have been faster. */
function apply(db: Database.Database, path: string, migration: Migration): void {
  const body = db.transaction(() => {
    if (versionOf(db) >= migration.number) return;
    db.exec(migration.sql);
    const broken = db.pragma('foreign_key_check') as unknown[];
    if (broken.length > 0)
      throw new StoreError(
        'bad_store',
        `${path}: migration ${migration.number} would leave ${broken.length} rows that refer to nothing; nothing was changed`,
      );
    db.pragma(`user_version = ${migration.number}`);
  });
  body.immediate();
}
