/** What happens to runs: written into the store, then told to whoever watches. */
import type { LogLine, RunEvent, RunSummary } from '../../preload/contract/runs.ts';
import { type RunPatch, type RunRecord, updateRun } from '../data/store/runs.ts';
import type { WritableStore } from '../data/store/store.ts';
import type { JobEvent, JobOutcome } from './messages.ts';
import { recordEvents, summaryOf } from './run-record.ts';

export type EndListener = (run: RunRecord, outcome: JobOutcome) => void;

export class RunNews {
  readonly #store: WritableStore;
  readonly #watchers = new Map<string, Set<(event: RunEvent) => void>>();
  readonly #listeners = new Set<(run: RunSummary) => void>();
  readonly #endListeners = new Set<EndListener>();

  constructor(store: WritableStore) {
    this.#store = store;
  }

  /** What happens to one run, from now on; returns a function that ends it. */
  watch(id: string, listener: (event: RunEvent) => void): () => void {
    const set = this.#watchers.get(id) ?? new Set();
    this.#watchers.set(id, set.add(listener));
    return () => {
      set.delete(listener);
      if (set.size === 0) this.#watchers.delete(id);
    };
  }

  /** Every change of any run; returns a function that ends it. */
  onChange(listener: (run: RunSummary) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** How each run ended, after it was recorded; returns a function that ends it. */
  onEnd(listener: EndListener): () => void {
    this.#endListeners.add(listener);
    return () => this.#endListeners.delete(listener);
  }

  /** Writes a batch of a job's reports. */
  record(id: string, events: readonly JobEvent[]): void {
    this.tell(id, recordEvents(this.#store, id, events, new Date()));
  }

  log(id: string, text: string, level: LogLine['level'] = 'error'): void {
    this.record(id, [{ type: 'log', line: { at: new Date().toISOString(), level, text } }]);
  }

  change(id: string, patch: RunPatch): void {
    updateRun(this.#store, id, patch);
    this.tell(id, [{ type: 'summary', run: summaryOf(this.#store, id) }]);
  }

  /** What is written already. */
  tell(id: string, events: readonly RunEvent[]): void {
    for (const listener of this.#watchers.get(id) ?? []) for (const event of events) listener(event);
    for (const event of events) if (event.type === 'summary') for (const each of this.#listeners) each(event.run);
  }

  ended(run: RunRecord, outcome: JobOutcome): void {
    for (const listener of this.#endListeners) listener(run, outcome);
  }
}
