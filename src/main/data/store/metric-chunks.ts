/** Table `metric_chunks`: a few hundred training points of a run as one block of float64 rows. */
import type { MetricPoint } from '../../../preload/contract/runs.ts';
import type { Store, WritableStore } from './store.ts';

/** One block: `points` holds rows of step, seconds and a value for each name. */
export interface MetricChunk {
  readonly names: readonly string[];
  readonly points: Float64Array;
}

/** Stands for a metric that a point does not have; NaN stands for one that was not finite. */
export const ABSENT = Number.POSITIVE_INFINITY;

export function packPoints(points: readonly MetricPoint[]): MetricChunk {
  const names = [...new Set(points.flatMap((p) => Object.keys(p.values)))];
  const packed = new Float64Array(points.length * (2 + names.length));
  points.forEach(({ step, seconds, values }, row) => {
    const cells = names.map((name) => (Object.hasOwn(values, name) ? (values[name] ?? Number.NaN) : ABSENT));
    packed.set([step, seconds, ...cells], row * (2 + names.length));
  });
  return { names, points: packed };
}

export function unpackPoints({ names, points }: MetricChunk): MetricPoint[] {
  const width = 2 + names.length;
  return Array.from({ length: points.length / width }, (_, row) => {
    const [step, seconds, ...cells] = points.subarray(row * width, (row + 1) * width);
    const present = names.flatMap((name, i) =>
      cells[i] === ABSENT ? [] : [[name, Number.isNaN(cells[i]) ? null : cells[i]] as const],
    );
    return { step, seconds, evaluation: false, values: Object.fromEntries(present) };
  });
}

/** `points` rise by step. */
export function insertChunk(store: WritableStore, runId: string, points: readonly MetricPoint[]): void {
  const chunk = packPoints(points);
  const { buffer, byteOffset, byteLength } = chunk.points;
  store
    .prepare('INSERT INTO metric_chunks (run_id, first_step, last_step, names, points) VALUES (?, ?, ?, ?, ?)')
    .run(
      runId,
      points[0].step,
      points[points.length - 1].step,
      JSON.stringify(chunk.names),
      Buffer.from(buffer, byteOffset, byteLength),
    );
}

interface Row {
  readonly names: string;
  readonly points: Buffer;
}

/** The driver's own memory where it can be read as it lies; it may begin anywhere, and float64 needs a multiple of 8. */
function floatsOf({ buffer, byteOffset, byteLength }: Buffer): Float64Array {
  const { BYTES_PER_ELEMENT: size } = Float64Array;
  return byteOffset % size === 0
    ? new Float64Array(buffer, byteOffset, byteLength / size)
    : new Float64Array(buffer.slice(byteOffset, byteOffset + byteLength));
}

const toChunk = ({ names, points }: Row): MetricChunk => ({
  names: JSON.parse(names) as string[],
  points: floatsOf(points),
});

/** By step, rising. */
export function listChunks(store: Store, runId: string): MetricChunk[] {
  const rows = store
    .prepare('SELECT names, points FROM metric_chunks WHERE run_id = ? ORDER BY first_step')
    .all(runId) as Row[];
  return rows.map(toChunk);
}

/** Removes the blocks that hold steps from `step` on, and returns all their points, earlier ones of the first block included. */
export function takeChunksFrom(store: WritableStore, runId: string, step: number): MetricPoint[] {
  const rows = store
    .prepare('DELETE FROM metric_chunks WHERE run_id = ? AND last_step >= ? RETURNING names, points')
    .all(runId, step) as Row[];
  return rows.flatMap((row) => unpackPoints(toChunk(row))).sort((a, b) => a.step - b.step);
}
