/** Columns of runs that have ended, kept in memory: a comparison is zoomed and panned, and each look at part of it would read all of its runs anew. */
import { type MetricColumn, readColumns } from './metric-columns.ts';
import type { Store } from './store.ts';

/** A hundred runs of 10 000 steps with three metrics each. */
const MOST_BYTES = 64 * 2 ** 20;

interface Kept {
  /** How the run was when it was read. */
  readonly mark: string;
  /** null: the run has no such metric. */
  readonly columns: Map<string, MetricColumn | null>;
  bytes: number;
}

/** By run, the one used last at the end. */
type Runs = Map<string, Kept>;
const runsOf = new WeakMap<Store, Runs>();

interface MarkRow {
  readonly endedAt: string | null;
  readonly active: 0 | 1;
  readonly mark: string;
}

/** Changes when the run does; undefined while it runs. A run that goes on and ends again has another end. */
function markOf(store: Store, runId: string): string | undefined {
  const row = store
    .prepare(`SELECT ended_at AS endedAt, status IN ('queued', 'running', 'paused') AS active,
      status || ' ' || step || ' ' || ended_at || ' ' || (SELECT count(*) FROM metric_chunks WHERE run_id = runs.id)
      || ' ' || (SELECT count(*) || ' ' || ifnull(max(step), 0) FROM metrics WHERE run_id = runs.id) AS mark
      FROM runs WHERE id = ?`)
    .get(runId) as MarkRow | undefined;
  return row && !row.active && row.endedAt !== null ? row.mark : undefined;
}

const same = (a: Float64Array, b: Float64Array): boolean =>
  a.length === b.length && a.every((value, i) => value === b[i]);

/** Metrics of a run mostly have the same steps, which are then held once. */
function shared({ steps, seconds, values }: MetricColumn, others: Iterable<MetricColumn | null>): MetricColumn {
  for (const other of others)
    if (other && same(steps, other.steps) && same(seconds, other.seconds))
      return { steps: other.steps, seconds: other.seconds, values };
  return { steps, seconds, values };
}

const bytesOf = (columns: Iterable<MetricColumn | null>): number => {
  const arrays = new Set([...columns].flatMap((each) => (each ? [each.steps, each.seconds, each.values] : [])));
  return [...arrays].reduce((sum, { byteLength }) => sum + byteLength, 0);
};

function makeRoom(runs: Runs): void {
  let held = [...runs.values()].reduce((sum, { bytes }) => sum + bytes, 0);
  for (const [id, { bytes }] of runs) {
    if (held <= MOST_BYTES || runs.size === 1) return;
    runs.delete(id);
    held -= bytes;
  }
}

/** As `readColumns`; of a run that has ended each metric is read once. What is returned must not be changed. */
export function keptColumns(store: Store, runId: string, names: readonly string[]): Map<string, MetricColumn> {
  const mark = markOf(store, runId);
  if (mark === undefined) return readColumns(store, runId, names);
  const runs = runsOf.get(store) ?? new Map<string, Kept>();
  runsOf.set(store, runs);
  const known = runs.get(runId);
  const kept = known?.mark === mark ? known : { mark, columns: new Map<string, MetricColumn | null>(), bytes: 0 };
  const unread = names.filter((name) => !kept.columns.has(name));
  if (unread.length > 0) {
    const read = readColumns(store, runId, unread);
    for (const name of unread) {
      const column = read.get(name);
      kept.columns.set(name, column ? shared(column, kept.columns.values()) : null);
    }
    kept.bytes = bytesOf(kept.columns.values());
  }
  runs.delete(runId);
  runs.set(runId, kept);
  makeRoom(runs);
  return new Map(
    names.flatMap((name) => {
      const column = kept.columns.get(name);
      return column ? [[name, column] as const] : [];
    }),
  );
}
