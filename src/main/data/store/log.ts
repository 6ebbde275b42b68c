/** Table `log_lines`: what a run said. */
import type { LogLine } from '../../../preload/contract/runs.ts';
import { type Store, transaction, type WritableStore } from './store.ts';

export function appendLog(store: WritableStore, runId: string, lines: readonly LogLine[]): void {
  const statement = store.prepare('INSERT INTO log_lines (run_id, at, level, text) VALUES (?, ?, ?, ?)');
  transaction(store, () => {
    for (const { at, level, text } of lines) statement.run(runId, at, level, text);
  });
}

export function readLog(store: Store, runId: string): LogLine[] {
  return store.prepare('SELECT at, level, text FROM log_lines WHERE run_id = ? ORDER BY id').all(runId) as LogLine[];
}
