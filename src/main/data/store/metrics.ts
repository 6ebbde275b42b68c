/** Table `metrics`: one row a step, its values as JSON; a run's whole curve is one range of the primary key. */
import type { MetricPoint } from '../../../preload/contract/runs.ts';
import { type Store, transaction, type WritableStore } from './store.ts';

/** A point that is there already is replaced: a resumed run writes its steps once more. */
export function appendMetrics(store: WritableStore, runId: string, points: readonly MetricPoint[]): void {
  const statement = store.prepare(
    'INSERT OR REPLACE INTO metrics (run_id, step, evaluation, seconds, point) VALUES (?, ?, ?, ?, ?)',
  );
  transaction(store, () => {
    for (const { step, evaluation, seconds, values } of points)
      statement.run(runId, step, Number(evaluation), seconds, JSON.stringify(values, finiteOrNull));
  });
}

const finiteOrNull = (_key: string, value: unknown): unknown =>
  typeof value === 'number' && !Number.isFinite(value) ? null : value;

interface Row {
  step: number;
  evaluation: number;
  seconds: number;
  point: string;
}

const toPoint = (row: Row): MetricPoint => ({
  step: row.step,
  seconds: row.seconds,
  evaluation: row.evaluation === 1,
  values: JSON.parse(row.point) as MetricPoint['values'],
});

export function readMetrics(store: Store, runId: string): MetricPoint[] {
  const rows = store
    .prepare('SELECT step, evaluation, seconds, point FROM metrics WHERE run_id = ? ORDER BY step, evaluation')
    .all(runId) as Row[];
  return rows.map(toPoint);
}

/** Every point while they are few; else of each bucket of steps the points that hold some metric's smallest or largest value. Evaluations are all kept. */
export function readMetricsDownsampled(store: Store, runId: string, maxPoints: number): MetricPoint[] {
  const points = readMetrics(store, runId);
  const training = points.filter((p) => !p.evaluation);
  if (training.length <= maxPoints) return points;
  const buckets = Math.max(1, Math.floor(maxPoints / 2));
  const keep = new Set<MetricPoint>(points.filter((p) => p.evaluation));
  const size = training.length / buckets;
  for (let b = 0; b < buckets; b++) {
    const bucket = training.slice(Math.floor(b * size), Math.floor((b + 1) * size));
    for (const point of extremes(bucket)) keep.add(point);
  }
  keep.add(training[0]).add(training[training.length - 1]);
  return points.filter((p) => keep.has(p));
}

/** Points with the smallest and largest value of each metric in a bucket. */
function extremes(bucket: readonly MetricPoint[]): Set<MetricPoint> {
  const found = new Set<MetricPoint>();
  const names = new Set(bucket.flatMap((p) => Object.keys(p.values)));
  for (const name of names) {
    let low: MetricPoint | undefined;
    let high: MetricPoint | undefined;
    for (const point of bucket) {
      const value = point.values[name];
      if (value === null || value === undefined) continue;
      if (!low || value < (low.values[name] ?? 0)) low = point;
      if (!high || value > (high.values[name] ?? 0)) high = point;
    }
    if (low) found.add(low);
    if (high) found.add(high);
  }
  return found;
}

/** Forgets what a resume will do once more. */
export function deleteMetricsAfter(store: WritableStore, runId: string, step: number): void {
  store.prepare('DELETE FROM metrics WHERE run_id = ? AND step > ?').run(runId, step);
}
