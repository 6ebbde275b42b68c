/** An open database: prepared statements are kept, writes need a writable store. */
import type BetterSqlite from 'better-sqlite3';

declare const writable: unique symbol;

export interface Store {
  readonly path: string;
  readonly db: BetterSqlite.Database;
  /** A prepared statement, kept for the life of the connection. */
  prepare(sql: string): BetterSqlite.Statement;
  close(): void;
}

/** Only functions that take this brand may write. */
export type WritableStore = Store & { readonly [writable]: true };

export class StoreError extends Error {
  readonly code: string;
  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StoreError';
    this.code = code;
  }
}

/** Runs `body` in one transaction: all of it or nothing, also after a kill. */
export function transaction<T>(store: WritableStore, body: () => T): T {
  return store.db.transaction(body).immediate();
}

/** Runs `body`, whose commits return only when they survive a power cut; not inside a transaction, where SQLite ignores the change. */
export function withFullSync<T>(store: WritableStore, body: () => T): T {
  if (store.db.inTransaction) throw new StoreError('in_transaction', 'withFullSync was called inside a transaction');
  store.db.pragma('synchronous = FULL');
  try {
    return body();
  } finally {
    store.db.pragma('synchronous = NORMAL');
  }
}
