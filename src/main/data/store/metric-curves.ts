/** Curves of a run as columns, and their down-sampling for charts: smallest and largest value of each bucket. */
import type { MetricPoint } from '../../../preload/contract/runs.ts';
import { ABSENT, type MetricChunk } from './metric-chunks.ts';

/** Values of one metric; `places` index the curves' steps. NaN stands for a value that was not finite. */
interface Series {
  readonly places: number[];
  readonly values: number[];
}

/** Training points, rising by step. */
export interface Curves {
  readonly steps: number[];
  readonly seconds: number[];
  readonly series: Map<string, Series>;
}

export const newCurves = (): Curves => ({ steps: [], seconds: [], series: new Map() });

function seriesOf({ series }: Curves, name: string): Series {
  const found = series.get(name) ?? { places: [], values: [] };
  series.set(name, found);
  return found;
}

export function addChunk(curves: Curves, { names, points }: MetricChunk): void {
  const columns = names.map((name) => seriesOf(curves, name));
  for (let at = 0; at < points.length; at += 2 + names.length) {
    const place = curves.steps.push(points[at]) - 1;
    curves.seconds.push(points[at + 1]);
    for (let i = 0; i < columns.length; i++) {
      const value = points[at + 2 + i];
      if (value === ABSENT) continue;
      columns[i].places.push(place);
      columns[i].values.push(value);
    }
  }
}

export function addPoint(curves: Curves, { step, seconds, values }: MetricPoint): void {
  const place = curves.steps.push(step) - 1;
  curves.seconds.push(seconds);
  for (const [name, value] of Object.entries(values)) {
    const { places, values: column } = seriesOf(curves, name);
    places.push(place);
    column.push(value ?? Number.NaN);
  }
}

/** At most `maxPoints` values of each metric; a point carries only the metrics it was kept for. */
export function downsample(curves: Curves, maxPoints: number): MetricPoint[] {
  const kept = new Map<number, Record<string, number | null>>();
  for (const [name, { places, values }] of curves.series)
    for (const i of keptIndices(values, maxPoints)) {
      const point = kept.get(places[i]) ?? {};
      point[name] = Number.isNaN(values[i]) ? null : values[i];
      kept.set(places[i], point);
    }
  return [...kept]
    .sort(([a], [b]) => a - b)
    .map(([place, values]) => ({
      step: curves.steps[place],
      seconds: curves.seconds[place],
      evaluation: false,
      values,
    }));
}

/** Both ends, and of each bucket the smallest and the largest value and one that was not finite. */
export function keptIndices(values: readonly number[] | Float64Array, maxPoints: number): Iterable<number> {
  if (values.length <= maxPoints) return values.keys();
  // `some` would call a function for each of millions of values
  let gap = 0;
  while (gap < values.length && !Number.isNaN(values[gap])) gap++;
  const perBucket = gap < values.length ? 3 : 2;
  const buckets = Math.max(1, Math.floor((maxPoints - 2) / perBucket));
  const size = values.length / buckets;
  const kept = new Set([0, values.length - 1]);
  for (let bucket = 0; bucket < buckets; bucket++)
    for (const i of extremes(values, Math.floor(bucket * size), Math.floor((bucket + 1) * size))) kept.add(i);
  return kept;
}

function extremes(values: readonly number[] | Float64Array, start: number, end: number): number[] {
  let low = -1;
  let high = -1;
  let gap = -1;
  for (let i = start; i < end; i++) {
    if (Number.isNaN(values[i])) gap = i;
    else {
      if (low < 0 || values[i] < values[low]) low = i;
      if (high < 0 || values[i] > values[high]) high = i;
    }
  }
  return [low, high, gap].filter((i) => i >= 0);
}
