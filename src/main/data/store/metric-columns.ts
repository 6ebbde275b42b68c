/** Single metrics of a run as columns, every step of them: what a comparison of many runs reads, without the metrics it does not draw. */
import { ABSENT, listChunks, type MetricChunk } from './metric-chunks.ts';
import type { Store } from './store.ts';

/** Values by step, rising. NaN stands for a value that was not finite; `seconds` go on over a resume, whose clock starts anew. */
export interface MetricColumn {
  readonly steps: Float64Array;
  readonly seconds: Float64Array;
  readonly values: Float64Array;
}

interface Row {
  readonly step: number;
  readonly seconds: number;
  readonly point: string;
}

/** A column that is filled; there is room for every value the run can have. */
class Filling {
  readonly #steps: Float64Array;
  readonly #seconds: Float64Array;
  readonly #values: Float64Array;
  #count = 0;
  #offset = 0;
  #last = 0;

  constructor(room: number) {
    [this.#steps, this.#seconds, this.#values] = [0, 0, 0].map(() => new Float64Array(room));
  }

  add(step: number, seconds: number, value: number): void {
    if (seconds < this.#last) this.#offset += this.#last;
    this.#last = seconds;
    this.#steps[this.#count] = step;
    this.#seconds[this.#count] = this.#offset + seconds;
    this.#values[this.#count++] = value;
  }

  column(): MetricColumn {
    const [steps, seconds, values] = [this.#steps, this.#seconds, this.#values].map((each) =>
      each.subarray(0, this.#count),
    );
    return { steps, seconds, values };
  }
}

/** Those of `names` that the run has, of training and of evaluations. */
export function readColumns(store: Store, runId: string, names: readonly string[]): Map<string, MetricColumn> {
  const chunks = listChunks(store, runId);
  // what is packed is training alone and older than every row of training
  const rows = store
    .prepare('SELECT step, seconds, point FROM metrics WHERE run_id = ? ORDER BY step, evaluation')
    .all(runId) as Row[];
  const packed = chunks.reduce((sum, chunk) => sum + chunk.points.length / (2 + chunk.names.length), 0);
  const columns = new Map(names.map((name) => [name, new Filling(packed + rows.length)]));
  for (const chunk of chunks) for (const [name, column] of columns) addChunk(column, chunk, name);
  for (const [name, column] of columns) {
    const read = readerOf(name);
    for (const { step, seconds, point } of rows) {
      const value = read(point);
      if (value !== undefined) column.add(step, seconds, value);
    }
  }
  const found = [...columns].map(([name, column]) => [name, column.column()] as const);
  return new Map(found.filter(([, { steps }]) => steps.length > 0));
}

/**
 * Reads one value out of a point's text: NaN where it was not finite, undefined where there is none. A point is one object of numbers and nulls without
 * spaces, and a quote within a name is escaped: a quoted name behind a brace or comma stands before its value alone. Parsing all of a point takes longer.
 */
function readerOf(name: string): (point: string) => number | undefined {
  const key = `${JSON.stringify(name)}:`;
  return (point) => {
    const at = point.startsWith(key, 1) ? 0 : point.indexOf(`,${key}`);
    if (at < 0) return undefined;
    const from = at + 1 + key.length;
    const comma = point.indexOf(',', from);
    const text = point.slice(from, comma < 0 ? point.length - 1 : comma);
    return text === 'null' ? Number.NaN : Number(text);
  };
}

function addChunk(column: Filling, { names, points }: MetricChunk, name: string): void {
  const at = names.indexOf(name);
  if (at < 0) return;
  const width = 2 + names.length;
  for (let row = 0; row < points.length; row += width) {
    const value = points[row + 2 + at];
    if (value !== ABSENT) column.add(points[row], points[row + 1], value);
  }
}

/** The last `count` training points of a run, the newest first; fewer than a few hundred, which are never packed. */
export function lastTrainingValues(store: Store, runId: string, count: number): Record<string, number | null>[] {
  const rows = store
    .prepare('SELECT point FROM metrics WHERE run_id = ? AND evaluation = 0 ORDER BY step DESC LIMIT ?')
    .all(runId, count) as { point: string }[];
  return rows.map(({ point }) => JSON.parse(point) as Record<string, number | null>);
}
