/** Table `column_mappings`: formats and columns that people chose by hand, for the next file of the same shape. */
import { type ColumnMapping, columnMapping } from '../../../preload/contract/datasets.ts';
import type { Store, WritableStore } from './store.ts';

export interface KeptMapping {
  readonly signature: string;
  readonly format: string;
  readonly mapping: ColumnMapping;
  /** The file it was made for. */
  readonly source: string;
}

export function findMapping(store: Store, signature: string): KeptMapping | undefined {
  const row = store.prepare('SELECT * FROM column_mappings WHERE signature = ?').get(signature) as
    | { signature: string; format: string; mapping: string; source: string }
    | undefined;
  return row && { ...row, mapping: columnMapping.parse(JSON.parse(row.mapping)) };
}

/** Takes the place of what was kept for that signature. */
export function keepMapping(store: WritableStore, { signature, format, mapping, source }: KeptMapping): void {
  store
    .prepare(`INSERT INTO column_mappings (signature, format, mapping, source, used_at) VALUES (?, ?, ?, ?, ?)
      ON CONFLICT (signature) DO UPDATE SET format = excluded.format, mapping = excluded.mapping, source = excluded.source, used_at = excluded.used_at`)
    .run(signature, format, JSON.stringify(mapping), source, new Date().toISOString());
}

export function forgetMapping(store: WritableStore, signature: string): void {
  store.prepare('DELETE FROM column_mappings WHERE signature = ?').run(signature);
}
