/** One line of a comparison: a run's values down-sampled, or the mean of several seeds with a band. */
import type { CompareBand, CompareLine } from '../../../preload/contract/compare.ts';
import { mean, meanInterval } from '../../base/statistics.ts';
import type { MetricColumn } from '../../data/store/metric-columns.ts';
import { keptIndices } from '../../data/store/metric-curves.ts';

/** Values of one run at their places on the axis, both as long as `steps`. */
export interface PlacedColumn extends MetricColumn {
  readonly x: ArrayLike<number>;
}

export interface LineOptions {
  readonly band: CompareBand;
  readonly maxPoints: number;
  readonly range: readonly [number, number] | null;
  /** Places rise with the steps: all axes but KL. */
  readonly rises: boolean;
}

type Drawn = Omit<CompareLine, 'series'>;
const NOTHING: Drawn = { x: [], mean: [], low: [], high: [], brokenAt: null };

/** Student's interval of a mean says something from three seeds on. */
const SEEDS_FOR_INTERVAL = 3;

export function lineOf(columns: readonly PlacedColumn[], options: LineOptions): Drawn {
  const brokenAt = firstBroken(columns);
  const finite = columns.map((column) => withinRange(column, options)).filter(({ steps }) => steps.length > 0);
  if (finite.length === 0) return { ...NOTHING, brokenAt };
  const line = finite.length === 1 ? thinned(finite[0], options) : averaged(finite, options);
  return { ...(options.rises ? line : byPlace(line)), brokenAt };
}

function firstBroken(columns: readonly PlacedColumn[]): number | null {
  const steps = columns.flatMap(({ steps, values }) => {
    let at = 0;
    while (at < values.length && !Number.isNaN(values[at])) at++;
    return at === values.length ? [] : [steps[at]];
  });
  return steps.length === 0 ? null : Math.min(...steps);
}

type Values = Pick<PlacedColumn, 'steps' | 'x' | 'values'>;

/** Finite values in the range, and one beyond each of its ends, so that lines run to the edge. */
function withinRange({ x, values, steps }: PlacedColumn, { range, rises }: LineOptions): Values {
  let from = 0;
  let to = steps.length;
  if (range && rises) {
    while (from + 1 < to && x[from + 1] < range[0]) from++;
    while (to - 1 > from && x[to - 2] > range[1]) to--;
  }
  const isPlaced = (i: number) => Number.isFinite(values[i]) && Number.isFinite(x[i]);
  let whole = from;
  while (whole < to && isPlaced(whole)) whole++;
  if (whole === to) return { steps: cut(steps, from, to), x: cut(x, from, to), values: cut(values, from, to) };
  const places = Array.from({ length: to - from }, (_, i) => from + i).filter(isPlaced);
  const at = (column: ArrayLike<number>) => Float64Array.from(places, (i) => column[i]);
  return { steps: at(steps), x: at(x), values: at(values) };
}

/** Without a copy, where the column allows it. */
const cut = (column: ArrayLike<number>, from: number, to: number): Float64Array =>
  column instanceof Float64Array
    ? column.subarray(from, to)
    : Float64Array.from({ length: to - from }, (_, i) => column[from + i]);

/** Every value while there are few, else the extremes of each bucket. */
function thinned({ x, values }: Values, { maxPoints }: LineOptions): Omit<Drawn, 'brokenAt'> {
  const kept = [...keptIndices(values, maxPoints)].sort((a, b) => a - b);
  return { x: kept.map((i) => x[i]), mean: kept.map((i) => values[i]), low: [], high: [] };
}

/** Steps that any of the runs has, rising. Seeds of one method mostly have the same ones. */
function allSteps(runs: readonly Values[]): Float64Array {
  const [first, ...others] = runs.map(({ steps }) => steps);
  const same = (steps: Float64Array) => steps.length === first.length && steps.every((step, i) => step === first[i]);
  if (others.every(same)) return first;
  const all = new Set<number>();
  for (const { steps } of runs) for (const step of steps) all.add(step);
  return Float64Array.from(all).sort();
}

/** Buckets of steps that all runs share: of each run the mean within a bucket, then mean and band over the runs. */
function averaged(runs: readonly Values[], { maxPoints, band }: LineOptions): Omit<Drawn, 'brokenAt'> {
  const steps = allSteps(runs);
  const buckets = Math.min(steps.length, maxPoints);
  const line = { x: [] as number[], mean: [] as number[], low: [] as number[], high: [] as number[] };
  const at = runs.map(() => 0);
  for (let bucket = 0; bucket < buckets; bucket++) {
    const last = steps[Math.floor(((bucket + 1) * steps.length) / buckets) - 1];
    const points = runs.flatMap((run, r) => {
      const from = at[r];
      while (at[r] < run.steps.length && run.steps[at[r]] <= last) at[r]++;
      return at[r] === from ? [] : [{ x: mean(run.x, from, at[r]), y: mean(run.values, from, at[r]) }];
    });
    if (points.length === 0) continue;
    const ys = points.map(({ y }) => y);
    const { value, low, high } = bandOf(ys, band);
    line.x.push(mean(points.map(({ x }) => x)));
    line.mean.push(value);
    line.low.push(low);
    line.high.push(high);
  }
  return line;
}

function bandOf(values: readonly number[], band: CompareBand) {
  if (band === 'min–max') return { value: mean(values), low: Math.min(...values), high: Math.max(...values) };
  if (values.length >= SEEDS_FOR_INTERVAL) return meanInterval(values);
  const value = mean(values);
  return { value, low: value, high: value };
}

/** A KL that falls again would draw the line backwards. */
function byPlace(line: Omit<Drawn, 'brokenAt'>): Omit<Drawn, 'brokenAt'> {
  const order = [...line.x.keys()].sort((a, b) => line.x[a] - line.x[b]);
  const sorted = (values: readonly number[]) => (values.length === 0 ? [] : order.map((i) => values[i]));
  return { x: sorted(line.x), mean: sorted(line.mean), low: sorted(line.low), high: sorted(line.high) };
}
