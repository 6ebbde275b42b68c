/** Charts of a comparison: one line a series, and the frontier of reward against KL; for the page and for its report. */
import type { CompareCurves, CompareRow, CompareSeries, Estimate } from '../preload/contract/index.ts';
import type { Line, LineChart } from './line-chart.ts';
import { methodLook } from './method-looks.ts';
import { factsOf } from './metric-facts.ts';
import type { XAxis } from './metric-groups.ts';
import { shown } from './numbers.ts';
import type { Point } from './smoothing.ts';
import { X_NAMES } from './spec-chart.ts';

/** "Offline DPO, beta 0.1". */
export const seriesTitle = ({ method, label }: Pick<CompareSeries, 'method' | 'label'>): string =>
  [methodLook(method).title, label].filter(Boolean).join(', ');

/** Lines of one colour are told apart by their dashes. */
const DASHES = [undefined, 'second', 'variant', 'third'] as const;

/** Colour, dash and mark of each series, by its key; the same whatever is hidden. */
export function seriesLooks(
  series: readonly CompareSeries[],
): ReadonlyMap<string, Pick<Line, 'colour' | 'dash' | 'mark'>> {
  const seen = new Map<string, number>();
  return new Map(
    series.map(({ key, method }) => {
      const { colour, shape } = methodLook(method);
      const before = seen.get(colour) ?? 0;
      seen.set(colour, before + 1);
      return [key, { colour, mark: shape, dash: DASHES[before % DASHES.length] }];
    }),
  );
}

export interface CompareChoice {
  readonly series: readonly CompareSeries[];
  readonly hidden: readonly string[];
  readonly axis: XAxis;
  readonly logX: boolean;
  readonly logY: boolean;
  readonly smoothing: number;
  /** The series that is pointed at. */
  readonly focus?: string | null;
  readonly xMax?: number;
}

/** More lines than these are told apart by the list of series, not by names at their ends. */
export const MOST_NAMES = 6;
/** More evaluation points than these are drawn without marks. */
const MOST_MARKS = 300;

export const metricName = (metric: string): string => metric.replace(/^eval_/, '');

type CompareChart = CompareCurves['charts'][number];

/** The curves of one metric. */
export function compareChart({ metric, evaluation, lines }: CompareChart, choice: CompareChoice): LineChart {
  const { series, hidden, axis, logX, logY, smoothing, focus = null, xMax } = choice;
  const looks = seriesLooks(series);
  const { unit, fromZero, anchor } = factsOf(metricName(metric));
  const drawn = lines.filter((line) => !hidden.includes(line.series));
  const marks = evaluation ? drawn.reduce((sum, { x }) => sum + x.length, 0) : 0;
  return {
    lines: drawn.flatMap((line): Line[] => {
      const of = series.find(({ key }) => key === line.series);
      const look = looks.get(line.series);
      if (!of || !look) return [];
      return [
        {
          ...look,
          mark: evaluation ? look.mark : undefined,
          name: seriesTitle(of),
          endName: endName(of, series),
          evaluation,
          bare: marks > MOST_MARKS,
          faint: focus !== null && focus !== line.series,
          points: line.x.map((x, i): Point => [x, line.mean[i]]),
          ...(line.low.length > 0 ? { band: { x: line.x, low: line.low, high: line.high } } : {}),
        },
      ];
    }),
    xName: X_NAMES[axis],
    xMax,
    unit: [unit, seedsWords(series)].filter(Boolean).join(', '),
    smoothing,
    fromZero,
    toOne: unit.startsWith('share'),
    logX,
    logY,
    anchors: anchor && !logY ? [anchor] : [],
    crowded: drawn.length > MOST_NAMES,
    endLabels: drawn.length <= MOST_NAMES,
  };
}

/** Short, where several series are of one method: what sets it apart, its colour says the method. */
export function endName(of: CompareSeries, series: readonly CompareSeries[]): string {
  const { title } = methodLook(of.method);
  const alike = series.filter(({ method }) => method === of.method).length > 1;
  return alike ? pointText(of) || of.label || title : title;
}

/** "mean of 3 seeds", where every series has as many. */
function seedsWords(series: readonly CompareSeries[]): string {
  const counts = new Set(series.map(({ runs }) => runs.length));
  const [count] = counts;
  if (counts.size > 1) return 'mean over seeds';
  return count > 1 ? `mean of ${count} seeds` : '';
}

/** Rows of the table whose value may stand for the reward, the most trustworthy first. */
const REWARDS = ['gold', 'sample-reward', 'score'];

/** Where each series ended, joined in the order of KL within a method; null where the runs have not both numbers. */
export function frontierChart(
  series: readonly CompareSeries[],
  rows: readonly CompareRow[],
  hidden: readonly string[],
): LineChart | null {
  const kl = rows.find(({ id }) => id === 'kl');
  const reward = REWARDS.map((id) => rows.find((row) => row.id === id)).find((row) => row !== undefined);
  if (!kl || !reward) return null;
  const points = series.flatMap((each, i) => {
    const [across, up] = [kl.cells[i], reward.cells[i]];
    if (!across || !up || hidden.includes(each.key)) return [];
    return [{ each, x: across.value, y: up.value, intervals: { x: intervalOf(across), y: intervalOf(up) } }];
  });
  if (points.length === 0) return null;
  const methods = [...new Set(points.map(({ each }) => each.method))];
  return {
    lines: methods.map((method): Line => {
      const { title, colour, shape } = methodLook(method);
      const own = points.filter(({ each }) => each.method === method).sort((a, b) => a.x - b.x);
      return {
        name: title,
        colour,
        mark: shape,
        dash: method === 'rloo' ? 'variant' : undefined,
        evaluation: true,
        points: own.map(({ x, y }): Point => [x, y]),
        whiskers: own.map(({ intervals }) => intervals),
        pointLabels: own.map(({ each }) => pointText(each)),
      };
    }),
    xName: 'KL to the reference, nats',
    unit: `${reward.title.toLowerCase()}; up is better, left is closer`,
    smoothing: 0,
    endLabels: methods.length <= MOST_NAMES,
  };
}

const intervalOf = ({ low, high }: Estimate): readonly [number, number] | null =>
  low === null || high === null ? null : [low, high];

/** The value of the first option that sets it apart: "0.1" for beta, "kl_coef 0.05" for others. */
function pointText({ apart }: CompareSeries): string {
  const [first] = apart;
  if (!first) return '';
  const [key, value] = first;
  return key === 'beta' ? `β ${shown(value)}` : `${key} ${value}`;
}
