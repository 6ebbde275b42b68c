/** Table `samples`: what the model answered at each evaluation. */
import type { RunSample } from '../../../preload/contract/runs.ts';
import { type Store, transaction, type WritableStore } from './store.ts';

export function appendSamples(store: WritableStore, runId: string, samples: readonly RunSample[]): void {
  const statement =
    store.prepare(`INSERT OR REPLACE INTO samples (run_id, step, prompt_index, prompt, completion, tokens, reward, finish_reason)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?)`);
  transaction(store, () => {
    for (const s of samples)
      statement.run(runId, s.step, s.promptIndex, s.prompt, s.completion, s.tokens, s.reward, s.finishReason);
  });
}

export function readSamples(store: Store, runId: string): RunSample[] {
  return store
    .prepare(`SELECT step, prompt_index AS promptIndex, prompt, completion, tokens, reward, finish_reason AS finishReason
      FROM samples WHERE run_id = ? ORDER BY step, prompt_index`)
    .all(runId) as RunSample[];
}

export function deleteSamplesAfter(store: WritableStore, runId: string, step: number): void {
  store.prepare('DELETE FROM samples WHERE run_id = ? AND step > ?').run(runId, step);
}

/** Samples of the last step that has any, by prompt. */
export function readLastSamples(store: Store, runId: string): RunSample[] {
  return store
    .prepare(`SELECT step, prompt_index AS promptIndex, prompt, completion, tokens, reward, finish_reason AS finishReason
      FROM samples WHERE run_id = @runId AND step = (SELECT max(step) FROM samples WHERE run_id = @runId) ORDER BY prompt_index`)
    .all({ runId }) as RunSample[];
}
