/** Curves: what is packed reads as it was written, a resume takes back exactly its steps, and charts get the extremes. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  appendMetrics,
  deleteMetricsAfter,
  readMetrics,
  readMetricsDownsampled,
} from '../../../src/main/data/store/metrics.ts';
import { openStore } from '../../../src/main/data/store/open.ts';
import { insertRun, removeRun } from '../../../src/main/data/store/runs.ts';
import type { WritableStore } from '../../../src/main/data/store/store.ts';
import type { MetricPoint } from '../../../src/preload/contract/runs.ts';

const folder = mkdtempSync(join(tmpdir(), 'plumb-metrics-'));
let store: WritableStore;
beforeAll(() => {
  store = openStore(join(folder, 'plumbline.db'));
});
afterAll(() => {
  store.close();
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(newRun);

function newRun(): void {
  removeRun(store, 'r');
  const none = { model: null, referenceModel: null, dataset: null, group: null };
  insertRun(store, {
    id: 'r',
    name: 'r',
    method: 'dpo',
    config: {},
    ...none,
    maxSteps: 1,
    createdAt: 't',
    outputDir: 'o',
  });
}

const training = (step: number, values: MetricPoint['values']): MetricPoint => ({
  step,
  seconds: step / 4,
  evaluation: false,
  values,
});
const chunks = () => (store.db.prepare('SELECT count(*) AS n FROM metric_chunks').get() as { n: number }).n;

/** What the table must hold: the last point written of each step and kind, in order. */
function expected(points: readonly MetricPoint[]): MetricPoint[] {
  const byKey = new Map(points.map((p) => [`${p.step} ${p.evaluation}`, p]));
  return [...byKey.values()].sort((a, b) => a.step - b.step || Number(a.evaluation) - Number(b.evaluation));
}

describe('packing', () => {
  it('keeps absent, null and every bit of a number apart', () => {
    const points = Array.from({ length: 600 }, (_, i) =>
      training(i, {
        loss: 1 / (i + 3),
        ...(i % 2 ? { 'rewards/margins': null } : {}),
        ...(i % 3 ? { kl: -0 + i * Number.EPSILON } : {}),
      }),
    );
    appendMetrics(store, 'r', points);
    expect(chunks()).toBe(1);
    expect(readMetrics(store, 'r')).toEqual(points);
  });

  it('goes with its run', () => {
    appendMetrics(
      store,
      'r',
      Array.from({ length: 600 }, (_, i) => training(i, { loss: i })),
    );
    expect(chunks()).toBe(1);
    removeRun(store, 'r');
    expect(chunks()).toBe(0);
  });

  it('stores what is not finite as null', () => {
    appendMetrics(store, 'r', [
      training(1, { a: Number.NaN, b: Number.POSITIVE_INFINITY, c: Number.NEGATIVE_INFINITY, d: 0 }),
    ]);
    expect(readMetrics(store, 'r')[0].values).toEqual({ a: null, b: null, c: null, d: 0 });
  });

  it('any order of writes, rewrites and rewinds reads like a plain list', () => {
    const write = fc.record({
      from: fc.nat(2000),
      count: fc.integer({ min: 1, max: 900 }),
      value: fc.integer(),
      evaluation: fc.boolean(),
    });
    const rewind = fc.record({ after: fc.nat(2500) });
    fc.assert(
      fc.property(
        fc.array(fc.oneof({ weight: 3, arbitrary: write }, { weight: 1, arbitrary: rewind }), { maxLength: 8 }),
        (actions) => {
          newRun();
          let list: MetricPoint[] = [];
          for (const action of actions) {
            if ('after' in action) {
              deleteMetricsAfter(store, 'r', action.after);
              list = list.filter((p) => p.step <= action.after);
              continue;
            }
            const { from, count, value, evaluation } = action;
            const points = Array.from({ length: count }, (_, i) => ({
              ...training(from + i, { loss: value, [`m${value % 3}`]: i }),
              evaluation,
            }));
            appendMetrics(store, 'r', points);
            list = expected([...list, ...points]);
          }
          expect(readMetrics(store, 'r')).toEqual(list);
        },
      ),
      { numRuns: 25, seed: 1 },
    );
  });
});

describe('down-sampling', () => {
  const spikes = Array.from({ length: 5000 }, (_, i) =>
    training(i + 1, {
      loss: i === 2222 ? 50 : Math.sin(i),
      ...(i % 100 === 0 ? { rare: i } : {}),
      kl: i === 4444 ? null : Math.cos(i),
    }),
  );

  it('gives at most its number of values of each metric, with ends, extremes and gaps', () => {
    appendMetrics(store, 'r', spikes);
    const points = readMetricsDownsampled(store, 'r', 100);
    const valuesOf = (name: string) => points.flatMap((p) => (name in p.values ? [p.values[name]] : []));
    for (const name of ['loss', 'kl', 'rare']) expect(valuesOf(name).length).toBeLessThanOrEqual(100);
    expect(valuesOf('loss').length).toBeGreaterThan(90);
    expect(valuesOf('loss')).toContain(50);
    expect(valuesOf('kl')).toContain(null);
    expect(valuesOf('rare')).toHaveLength(50);
    expect([points[0].step, points.at(-1)?.step]).toEqual([1, 5000]);
  });

  it('gives a short run whole', () => {
    appendMetrics(store, 'r', spikes.slice(0, 80));
    expect(readMetricsDownsampled(store, 'r', 100)).toEqual(spikes.slice(0, 80));
  });

  it('only gives values that were written, at their own step', () => {
    appendMetrics(store, 'r', spikes);
    for (const { step, seconds, values } of readMetricsDownsampled(store, 'r', 60)) {
      expect(seconds).toBe(step / 4);
      expect(spikes[step - 1].values).toMatchObject(values);
    }
  });
});
