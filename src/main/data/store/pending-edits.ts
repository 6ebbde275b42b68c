/** Table `pending_edits`: verdicts that a person changed and that wait to become a version. */
import type { PendingEdit, Relabel } from '../../../preload/contract/dataset-versions.ts';
import { type Store, type WritableStore, withFullSync } from './store.ts';

/** By row. */
export const listPendingEdits = (store: Store, versionId: string): PendingEdit[] =>
  store
    .prepare('SELECT idx AS "index", verdict FROM pending_edits WHERE version_id = ? ORDER BY idx')
    .all(versionId) as PendingEdit[];

/** null takes the edit of the row back. On the disk when this returns. */
export function setPendingEdit(store: WritableStore, versionId: string, index: number, verdict: Relabel | null): void {
  withFullSync(store, () => {
    if (verdict === null)
      store.prepare('DELETE FROM pending_edits WHERE version_id = ? AND idx = ?').run(versionId, index);
    else
      store
        .prepare('INSERT OR REPLACE INTO pending_edits (version_id, idx, verdict) VALUES (?, ?, ?)')
        .run(versionId, index, verdict);
  });
}

/** Those that became a version; one that was changed meanwhile stays. */
export function clearPendingEdits(store: WritableStore, versionId: string, edits: readonly PendingEdit[]): void {
  const statement = store.prepare('DELETE FROM pending_edits WHERE version_id = ? AND idx = ? AND verdict = ?');
  store.db.transaction(() => {
    for (const { index, verdict } of edits) statement.run(versionId, index, verdict);
  })();
}
