/** Columns of runs that have ended are read once, and anew when the run has changed. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { keptColumns } from '../../../src/main/data/store/kept-columns.ts';
import { readColumns } from '../../../src/main/data/store/metric-columns.ts';
import { appendMetrics, deleteMetricsAfter, readMetrics } from '../../../src/main/data/store/metrics.ts';
import { openStore } from '../../../src/main/data/store/open.ts';
import { insertRun, updateRun } from '../../../src/main/data/store/runs.ts';
import type { WritableStore } from '../../../src/main/data/store/store.ts';

const folder = mkdtempSync(join(tmpdir(), 'plumb-columns-'));
let store: WritableStore;
beforeAll(() => {
  store = openStore(join(folder, 'plumbline.db'));
});
afterAll(() => {
  store.close();
  rmSync(folder, { recursive: true, force: true });
});

/** One is the end of another, one holds a quote and a comma, one is of evaluations, one of some steps only. */
const NAMES = ['loss', 'x/loss', 'a,"loss', 'eval_loss', 'sometimes', 'nowhere'];

function newRun(id: string, steps: number): void {
  const none = { model: null, referenceModel: null, dataset: null, group: null };
  insertRun(store, {
    id,
    name: id,
    method: 'dpo',
    config: {},
    ...none,
    maxSteps: steps,
    createdAt: 't',
    outputDir: id,
  });
  addSteps(id, 1, steps);
}

function addSteps(id: string, from: number, to: number): void {
  const points = Array.from({ length: to - from + 1 }, (_, i) => {
    const step = from + i;
    const values = { loss: step / 7, 'x/loss': step % 5 === 0 ? Number.NaN : -step * 1e-9, 'a,"loss': step * 1e21 };
    return { step, seconds: i / 10, evaluation: false, values: step % 3 ? values : { ...values, sometimes: step } };
  });
  appendMetrics(store, id, [...points, { step: to, seconds: to / 10, evaluation: true, values: { eval_loss: to } }]);
}

const ended = (id: string, endedAt: string): void => updateRun(store, id, { status: 'finished', endedAt });

/** As plain lists, from every point as it was written. */
const expected = (id: string, name: string) =>
  readMetrics(store, id).flatMap(({ step, values }) => (name in values ? [[step, values[name] ?? Number.NaN]] : []));
const found = (read: typeof readColumns, id: string) => {
  const columns = read(store, id, NAMES);
  return NAMES.map((name) => {
    const column = columns.get(name);
    return column ? Array.from(column.steps, (step, i) => [step, column.values[i]]) : [];
  });
};

describe('columns of a run', () => {
  it.each([40, 1300])('are its points, packed or not: %i steps', (steps) => {
    const id = `of ${steps}`;
    newRun(id, steps);
    expect(found(readColumns, id)).toEqual(NAMES.map((name) => expected(id, name)));
    expect(found(keptColumns, id)).toEqual(NAMES.map((name) => expected(id, name)));
  });

  it('are read once when it has ended, whichever of them were asked for before', () => {
    newRun('once', 900);
    ended('once', '2026-01-01');
    const loss = keptColumns(store, 'once', ['loss']).get('loss');
    expect(keptColumns(store, 'once', ['loss', 'x/loss']).get('loss')).toBe(loss);
    // the same steps are held once
    expect(keptColumns(store, 'once', NAMES).get('x/loss')?.steps).toBe(loss?.steps);
    expect(found(keptColumns, 'once')).toEqual(found(readColumns, 'once'));
  });

  it('are read anew when it went on, and while it runs', () => {
    newRun('on', 900);
    ended('on', '2026-01-01');
    expect(keptColumns(store, 'on', ['loss']).get('loss')?.steps.length).toBe(900);
    updateRun(store, 'on', { status: 'running', endedAt: null });
    deleteMetricsAfter(store, 'on', 600);
    addSteps('on', 601, 700);
    expect(keptColumns(store, 'on', ['loss']).get('loss')?.steps.length).toBe(700);
    addSteps('on', 701, 900);
    // as long as before, but at another time
    ended('on', '2026-01-02');
    expect(found(keptColumns, 'on')).toEqual(found(readColumns, 'on'));
    expect(keptColumns(store, 'on', ['loss']).get('loss')?.seconds).toEqual(
      readColumns(store, 'on', ['loss']).get('loss')?.seconds,
    );
  });
});
