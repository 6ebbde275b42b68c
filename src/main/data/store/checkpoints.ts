/** Table `checkpoints`: where a run can be continued from. */
import type { Store, WritableStore } from './store.ts';

export interface CheckpointRow {
  readonly step: number;
  readonly folder: string;
  readonly bytes: number;
  readonly createdAt: string;
}

export function insertCheckpoint(store: WritableStore, runId: string, row: CheckpointRow): void {
  store
    .prepare('INSERT OR REPLACE INTO checkpoints (run_id, step, folder, bytes, created_at) VALUES (?, ?, ?, ?, ?)')
    .run(runId, row.step, row.folder, row.bytes, row.createdAt);
}

/** By step, rising. */
export function listCheckpoints(store: Store, runId: string): CheckpointRow[] {
  return store
    .prepare('SELECT step, folder, bytes, created_at AS createdAt FROM checkpoints WHERE run_id = ? ORDER BY step')
    .all(runId) as CheckpointRow[];
}

export const latestCheckpoint = (store: Store, runId: string): CheckpointRow | undefined =>
  listCheckpoints(store, runId).at(-1);

/** Forgets checkpoints whose folders were removed. */
export function keepCheckpoints(store: WritableStore, runId: string, steps: readonly number[]): void {
  for (const { step } of listCheckpoints(store, runId))
    if (!steps.includes(step)) store.prepare('DELETE FROM checkpoints WHERE run_id = ? AND step = ?').run(runId, step);
}

/** Forgets what came after `step`, when a run goes back to it. */
export function removeCheckpointsAfter(store: WritableStore, runId: string, step: number): void {
  store.prepare('DELETE FROM checkpoints WHERE run_id = ? AND step > ?').run(runId, step);
}
