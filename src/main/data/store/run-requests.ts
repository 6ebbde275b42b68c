/** Table `run_requests`: what one program asks of a run that another one on the same workspace runs. */
import { type Store, transaction, type WritableStore } from './store.ts';

export type RunAction = 'pause' | 'resume' | 'stop';

export function addRunRequest(store: WritableStore, runId: string, action: RunAction): void {
  store
    .prepare('INSERT INTO run_requests (run_id, action, at) VALUES (?, ?, ?)')
    .run(runId, action, new Date().toISOString());
}

/** What was asked of these runs, oldest first; it is asked no more. */
export function takeRunRequests(
  store: WritableStore,
  runIds: readonly string[],
): { readonly runId: string; readonly action: RunAction }[] {
  // looking costs a read; only what was found needs the write lock
  if (!hasRequests(store)) return [];
  return transaction(store, () =>
    runIds.flatMap((runId) => {
      const found = store.prepare('SELECT action FROM run_requests WHERE run_id = ? ORDER BY id').all(runId);
      store.prepare('DELETE FROM run_requests WHERE run_id = ?').run(runId);
      return (found as { action: RunAction }[]).map(({ action }) => ({ runId, action }));
    }),
  );
}

const hasRequests = (store: Store): boolean => store.prepare('SELECT 1 FROM run_requests LIMIT 1').get() !== undefined;
