/** Final values of series with intervals, and paired differences to one of them: by prompt where there are samples, else by seed. */
import type { CompareRow, Estimate } from '../../../preload/contract/compare.ts';
import { createRandom, type Random } from '../../base/random.ts';
import { mean, meanInterval, pairedBootstrap } from '../../base/statistics.ts';

/** Values of one series for one row: by prompt or by seed, whichever `paired` says. */
export interface SeriesValues {
  /** What pairs a value with another series': a prompt, or a seed. */
  readonly keys: readonly string[];
  readonly values: readonly number[];
}

export interface RowSource extends Pick<CompareRow, 'id' | 'title' | 'unit' | 'metric' | 'better'> {
  readonly paired: 'prompt' | 'seed';
  /** One for each series; null where it has no such value. */
  readonly series: readonly (SeriesValues | null)[];
}

const OVER = {
  prompt:
    'Mean over the prompts of the last samples, first over seeds; intervals and differences: bootstrap over prompts, 10 000 draws, paired by prompt.',
  seed: 'Mean over seeds with Student’s 95% interval; differences: paired by seed. One seed has no interval.',
} as const;

const RESAMPLES = 10_000;
/** Above this many prompts the draws are not kept: 10 000 of 1000 are 40 MB. */
const MOST_KEPT = 250;
const kept = new Map<number, Uint32Array>();

/** The same draws for every bootstrap over as many prompts: equal values give equal intervals, and drawing is what costs most. */
function drawsOf(prompts: number): { random: Random; resamples: number } {
  const random = createRandom('comparison of runs');
  if (prompts > MOST_KEPT) return { random, resamples: RESAMPLES };
  const draws = kept.get(prompts) ?? new Uint32Array(RESAMPLES * prompts).map(() => random.integer(prompts));
  kept.set(prompts, draws);
  let at = 0;
  return { random: { ...random, integer: () => draws[at++] }, resamples: RESAMPLES };
}

const known = ({ value, low, high }: Estimate): Estimate => ({
  value,
  low: low !== null && Number.isFinite(low) ? low : null,
  high: high !== null && Number.isFinite(high) ? high : null,
});

/** No share lies outside 0 … 1, whatever Student's interval of a few seeds says. */
const bounded = ({ value, low, high }: Estimate): Estimate => ({
  value,
  low: low === null ? null : Math.max(0, low),
  high: high === null ? null : Math.min(1, high),
});

function estimateOf(values: SeriesValues, row: RowSource): Estimate {
  const found = intervalOf(values, row);
  return row.unit === 'share' ? bounded(found) : found;
}

function intervalOf({ values }: SeriesValues, { paired }: RowSource): Estimate {
  if (paired === 'seed') return known(meanInterval(values));
  if (values.length < 2) return { value: mean(values), low: null, high: null };
  return known(pairedBootstrap(values, new Float64Array(values.length), drawsOf(values.length)));
}

/** First minus second over the keys both have; without two of them the difference of the means, with no interval. */
export function pairedDifference(a: SeriesValues, b: SeriesValues, { paired }: Pick<RowSource, 'paired'>): Estimate {
  const second = new Map(b.keys.map((key, i) => [key, b.values[i]]));
  const pairs = a.keys.flatMap((key, i) => {
    const other = second.get(key);
    return other === undefined ? [] : [[a.values[i], other] as const];
  });
  if (pairs.length < 2) return { value: mean(a.values) - mean(b.values), low: null, high: null };
  const [first, other] = [pairs.map(([x]) => x), pairs.map(([, y]) => y)];
  if (paired === 'prompt') return known(pairedBootstrap(first, other, drawsOf(pairs.length)));
  return known(meanInterval(first.map((value, i) => value - other[i])));
}

const isBetter = ({ low, high }: Estimate, better: RowSource['better']): boolean =>
  better === 'higher' ? low !== null && low > 0 : better === 'lower' && high !== null && high < 0;

/** The series that has the best mean, when it is better than each other one by an interval that excludes 0; −1 otherwise. */
function bestOf(row: RowSource): number {
  const { series, better } = row;
  const present = series.flatMap((each, at) => (each ? [{ at, each, value: mean(each.values) }] : []));
  if (better === null || present.length < 2) return -1;
  const sign = better === 'higher' ? 1 : -1;
  const [first, ...others] = present.sort((a, b) => sign * (b.value - a.value));
  return others.every(({ each }) => isBetter(pairedDifference(first.each, each, row), better)) ? first.at : -1;
}

/** One row of the table; `baseline` is the place of the series that differences are taken to. A bootstrap takes milliseconds: `breathe` lets others in between. */
export async function rowOf(row: RowSource, baseline: number, breathe: () => Promise<void>): Promise<CompareRow> {
  const best = bestOf(row);
  const base = row.series[baseline] ?? null;
  const cells: CompareRow['cells'] = [];
  for (const [at, each] of row.series.entries()) {
    await breathe();
    if (each === null) cells.push(null);
    else {
      const difference = base === null || at === baseline ? null : pairedDifference(each, base, row);
      cells.push({ ...estimateOf(each, row), difference, best: at === best });
    }
  }
  const { id, title, unit, metric, better, paired } = row;
  return { id, title, unit, metric, better, help: OVER[paired], cells };
}
