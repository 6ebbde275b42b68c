/** What the result document of a replayed run holds besides: numbers of every answer, and every optimiser step. */
import type { TrainResult } from '../method.ts';
import { type InnerEpochs, updateRecord } from './inner-epochs.ts';

/** One number or one list of numbers for each answer, by name. */
export type AnswerColumns = Readonly<Record<string, readonly (number | Float64Array)[]>>;

export interface Replay {
  /** Notes a step when the run is a replay. */
  add(columns: AnswerColumns, inner: InnerEpochs): void;
  /** The result with what was noted. */
  complete(result: TrainResult): TrainResult;
}

/** `active` false: nothing is noted, as a long run would grow without bound. */
export function createReplay(active: boolean): Replay {
  const rollouts: Record<string, unknown>[] = [];
  const updates: Record<string, number>[] = [];
  return {
    add(columns, inner) {
      if (!active) return;
      const names = Object.keys(columns);
      const count = Math.max(0, ...names.map((name) => columns[name].length));
      const plain = (value: number | Float64Array) => (typeof value === 'number' ? value : [...value]);
      for (let i = 0; i < count; i++)
        rollouts.push(Object.fromEntries(names.map((name) => [name, plain(columns[name][i])])));
      updates.push(...inner.updates.map(updateRecord));
    },
    complete: (result) => (active ? { ...result, details: { rollouts, updates } } : result),
  };
}
