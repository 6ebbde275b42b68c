/** What a comparison reads from the store: runs as series, their curves, and the sources of the table's rows. */
import type { z } from 'zod';
import type { CompareCurves, compareCurvesRequest } from '../../preload/contract/compare.ts';
import { RpcError } from '../../preload/contract/rpc.ts';
import { mean } from '../base/statistics.ts';
import { keptColumns } from '../data/store/kept-columns.ts';
import { lastTrainingValues } from '../data/store/metric-columns.ts';
import { listModels } from '../data/store/models.ts';
import { getRun } from '../data/store/runs.ts';
import type { Store } from '../data/store/store.ts';
import { AXIS_METRICS, placesOf } from '../evaluate/runs/axes.ts';
import { lineOf, type PlacedColumn } from '../evaluate/runs/curves.ts';
import { FINAL_METRICS, type FinalMetric } from '../evaluate/runs/final-metrics.ts';
import { type ComparedRun, type Series, sortIntoSeries } from '../evaluate/runs/series.ts';
import type { RowSource, SeriesValues } from '../evaluate/runs/table.ts';

/** Lets other requests in between runs: reading fifty long ones takes a while. */
export const breathe = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Methods whose model scores instead of answering. */
const SCORERS = new Set(['reward']);

/** The runs in the order asked for, sorted into series. Throws `not_found` when none of them is there any more. */
export function openRuns(store: Store, ids: readonly string[]): { series: Series[]; missing: string[] } {
  const models = new Map(listModels(store).map(({ runId, name }) => [runId, name]));
  const found: ComparedRun[] = [];
  const missing: string[] = [];
  for (const id of new Set(ids)) {
    const run = getRun(store, id);
    if (!run) {
      missing.push(id);
      continue;
    }
    const { name, method, status, group, config, latest } = run;
    const model = SCORERS.has(method) ? null : (models.get(id) ?? null);
    found.push({ id, name, method, status, group, config, latest, model });
  }
  if (found.length === 0) throw new RpcError('not_found', 'None of these runs is in the workspace any more.');
  return { series: sortIntoSeries(found), missing };
}

/** The model that all series are held against, where it is one and `isKnown` says that it can be asked. */
export function sharedReference(store: Store, series: readonly Series[], isKnown: (name: string) => boolean) {
  const names = series.flatMap(({ members }) => members.map(({ id }) => getRun(store, id)?.referenceModel ?? null));
  const [first] = names;
  return first != null && names.every((name) => name === first) && isKnown(first) ? first : null;
}

/** Curves of several metrics; every run is read once. */
export async function readCurves(store: Store, request: z.output<typeof compareCurvesRequest>): Promise<CompareCurves> {
  const { metrics, axis, band, maxPoints, range } = request;
  const { series } = openRuns(store, request.runs);
  const options = { band, maxPoints, range, rises: axis !== 'KL' };
  const charts = metrics.map((metric) => ({
    metric,
    evaluation: metric.startsWith('eval_'),
    lines: [] as CompareCurves['charts'][number]['lines'],
  }));
  for (const { key, members } of series) {
    const placed: Map<string, PlacedColumn>[] = [];
    for (const { id } of members) {
      await breathe();
      const columns = keptColumns(store, id, [...metrics, ...AXIS_METRICS[axis]]);
      placed.push(
        new Map([...columns].map(([name, column]) => [name, { ...column, x: placesOf(column, axis, columns) }])),
      );
    }
    for (const { metric, lines } of charts) {
      const columns = placed.flatMap((each) => each.get(metric) ?? []);
      if (columns.length > 0) lines.push({ series: key, ...lineOf(columns, options) });
    }
  }
  return { charts };
}

/** Reads ahead what a page that has opened these runs asks for next, while it draws its frame. */
export async function readAhead(store: Store, series: readonly Series[], metrics: readonly string[]): Promise<void> {
  for (const { id } of series.flatMap(({ members }) => members)) {
    await breathe();
    if (!store.db.open) return;
    keptColumns(store, id, metrics);
  }
}

/** Single steps of training are noisy: this many of the last stand for the end. */
const LAST_STEPS = 20;

/** Rows of the table that come from metrics; a row that no series has is left out. */
export function metricRows(store: Store, series: readonly Series[]): RowSource[] {
  const tails = new Map<string, Record<string, number | null>[]>();
  const tailOf = (id: string) => {
    const found = tails.get(id) ?? lastTrainingValues(store, id, LAST_STEPS);
    tails.set(id, found);
    return found;
  };
  return FINAL_METRICS.flatMap((row): RowSource[] => {
    const metric = metricOf(row, series);
    if (metric === undefined) return [];
    const values = series.map(({ members }) => seedValues(members, row, tailOf));
    return values.every((each) => each === null) ? [] : [{ ...row, metric, paired: 'seed', series: values }];
  });
}

const metricOf = ({ metrics }: FinalMetric, series: readonly Series[]): string | undefined =>
  metrics.find((metric) => series.some(({ members }) => members.some(({ latest }) => latest[metric] != null)));

function seedValues(
  members: readonly ComparedRun[],
  { metrics }: FinalMetric,
  tailOf: (id: string) => readonly Record<string, number | null>[],
): SeriesValues | null {
  const metric = metrics.find((each) => members.some(({ latest }) => latest[each] != null));
  if (metric === undefined) return null;
  const found = members.flatMap((run, i) => {
    const value = metric.startsWith('eval_') ? run.latest[metric] : lastMean(tailOf(run.id), metric);
    return value == null ? [] : [{ key: String(run.config.seed ?? i), value }];
  });
  if (found.length === 0) return null;
  return { keys: found.map(({ key }) => key), values: found.map(({ value }) => value) };
}

function lastMean(points: readonly Record<string, number | null>[], metric: string): number | null {
  const values = points.flatMap((point) => point[metric] ?? []);
  return values.length === 0 ? null : mean(values);
}
