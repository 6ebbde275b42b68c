/** Table `saved_comparisons`: sets of runs that someone looks at, by name. */
import { compareView, type SavedComparison } from '../../../preload/contract/compare.ts';
import type { Store, WritableStore } from './store.ts';

type Row = Omit<SavedComparison, 'view'> & { view: string };

/** Unknown keys of a newer program are left out, missing ones take their defaults. */
const toSaved = (row: Row): SavedComparison => ({ ...row, view: compareView.parse(JSON.parse(row.view)) });

const SELECT = 'SELECT id, name, view, created_at AS createdAt, updated_at AS updatedAt FROM saved_comparisons';

/** The one that was changed last comes first. */
export const listSavedComparisons = (store: Store): SavedComparison[] =>
  (store.prepare(`${SELECT} ORDER BY updated_at DESC, name`).all() as Row[]).map(toSaved);

export function findSavedComparison(store: Store, name: string): SavedComparison | undefined {
  const row = store.prepare(`${SELECT} WHERE name = ?`).get(name) as Row | undefined;
  return row && toSaved(row);
}

/** Adds it, or puts it in the place of the one with its id. */
export function putSavedComparison(store: WritableStore, saved: SavedComparison): void {
  store
    .prepare(`INSERT INTO saved_comparisons (id, name, view, created_at, updated_at) VALUES (@id, @name, @view, @createdAt, @updatedAt)
      ON CONFLICT (id) DO UPDATE SET name = @name, view = @view, updated_at = @updatedAt`)
    .run({ ...saved, view: JSON.stringify(saved.view) });
}

export const removeSavedComparison = (store: WritableStore, id: string): boolean =>
  store.prepare('DELETE FROM saved_comparisons WHERE id = ?').run(id).changes > 0;
