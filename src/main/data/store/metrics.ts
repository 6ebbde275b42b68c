/** Table `metrics`: one row a step, its values as JSON; the older rows of a long run are packed into `metric_chunks`. */
import type { MetricPoint } from '../../../preload/contract/runs.ts';
import { insertChunk, listChunks, takeChunksFrom, unpackPoints } from './metric-chunks.ts';
import { addChunk, addPoint, downsample, newCurves } from './metric-curves.ts';
import { type Store, transaction, type WritableStore } from './store.ts';

/** Points in a block: reading a row costs far more than reading a number in it. */
const CHUNK = 256;
/** The newest rows stay rows, so that what a resume takes back is seldom packed. */
const UNPACKED = 2 * CHUNK;

/** Adds points; one that is there already is replaced. Values that are not finite are stored as null. */
export function appendMetrics(store: WritableStore, runId: string, points: readonly MetricPoint[]): void {
  transaction(store, () => {
    const firstStep = points.reduce((first, p) => (p.evaluation ? first : Math.min(first, p.step)), Infinity);
    if (firstStep !== Infinity) insertRows(store, runId, takeChunksFrom(store, runId, firstStep));
    insertRows(store, runId, points);
    packOldest(store, runId);
  });
}

function insertRows(store: WritableStore, runId: string, points: readonly MetricPoint[]): void {
  const statement = store.prepare(
    'INSERT OR REPLACE INTO metrics (run_id, step, evaluation, seconds, point) VALUES (?, ?, ?, ?, ?)',
  );
  for (const { step, evaluation, seconds, values } of points)
    statement.run(runId, step, Number(evaluation), seconds, JSON.stringify(values, finiteOrNull));
}

const finiteOrNull = (_key: string, value: unknown): unknown =>
  typeof value === 'number' && !Number.isFinite(value) ? null : value;

/** Evaluations are few and stay rows. */
function packOldest(store: WritableStore, runId: string): void {
  const count = store.prepare('SELECT count(*) AS n FROM metrics WHERE run_id = ? AND evaluation = 0');
  const oldest = store.prepare(`${SELECT} WHERE run_id = ? AND evaluation = 0 ORDER BY step LIMIT ${CHUNK}`);
  const remove = store.prepare('DELETE FROM metrics WHERE run_id = ? AND evaluation = 0 AND step <= ?');
  for (let { n } = count.get(runId) as { n: number }; n >= UNPACKED; n -= CHUNK) {
    const points = (oldest.all(runId) as Row[]).map(toPoint);
    insertChunk(store, runId, points);
    remove.run(runId, points[points.length - 1].step);
  }
}

const SELECT = 'SELECT step, evaluation, seconds, point FROM metrics';

interface Row {
  readonly step: number;
  readonly evaluation: number;
  readonly seconds: number;
  readonly point: string;
}

const toPoint = (row: Row): MetricPoint => ({
  step: row.step,
  seconds: row.seconds,
  evaluation: row.evaluation === 1,
  values: JSON.parse(row.point) as MetricPoint['values'],
});

const readRows = (store: Store, runId: string): MetricPoint[] =>
  (store.prepare(`${SELECT} WHERE run_id = ? ORDER BY step, evaluation`).all(runId) as Row[]).map(toPoint);

const inOrder = (points: MetricPoint[]): MetricPoint[] =>
  points.sort((a, b) => a.step - b.step || Number(a.evaluation) - Number(b.evaluation));

/** Every point, by step; at the same step the evaluation comes second. */
export const readMetrics = (store: Store, runId: string): MetricPoint[] =>
  inOrder([...listChunks(store, runId).flatMap(unpackPoints), ...readRows(store, runId)]);

/** Points of evaluation steps, by step. */
export const readEvaluations = (store: Store, runId: string): MetricPoint[] =>
  (store.prepare(`${SELECT} WHERE run_id = ? AND evaluation = 1 ORDER BY step`).all(runId) as Row[]).map(toPoint);

/** Points of the steps after `step`, for whoever saw the ones before; only rows not yet packed, which the newest are not. */
export const readMetricsAfter = (store: Store, runId: string, step: number): MetricPoint[] =>
  (store.prepare(`${SELECT} WHERE run_id = ? AND step > ? ORDER BY step, evaluation`).all(runId, step) as Row[]).map(
    toPoint,
  );

/** For charts: at most `maxPoints` training values of each metric, its extremes among them, and every evaluation. A point carries only the metrics it was kept for. */
export function readMetricsDownsampled(store: Store, runId: string, maxPoints: number): MetricPoint[] {
  const curves = newCurves();
  for (const chunk of listChunks(store, runId)) addChunk(curves, chunk);
  const rows = readRows(store, runId);
  for (const point of rows) if (!point.evaluation) addPoint(curves, point);
  return inOrder([...downsample(curves, maxPoints), ...rows.filter((p) => p.evaluation)]);
}

/** Forgets what a resume will do once more: everything after `step`. */
export function deleteMetricsAfter(store: WritableStore, runId: string, step: number): void {
  transaction(store, () => {
    insertRows(store, runId, takeChunksFrom(store, runId, step + 1));
    store.prepare('DELETE FROM metrics WHERE run_id = ? AND step > ?').run(runId, step);
  });
}
