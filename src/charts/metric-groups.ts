/** Which charts a run gets: metric names of the form `group/name` become groups, and chosen / rejected share a chart. */
import type { Curve, CurveBook, Value } from './curve-book.ts';
import { factsOf } from './metric-facts.ts';
import type { Point } from './smoothing.ts';

/** One line of a chart: `evaluation` lines have few points and are never smoothed. */
export interface CurveLine {
  readonly metric: string;
  readonly label: string;
  readonly role: 'chosen' | 'rejected' | 'plain';
  readonly evaluation: boolean;
  readonly points: readonly Point[];
  /** What is smoothed: one value for several steps of a long run. */
  readonly means: readonly Point[];
}
export interface ChartSpec {
  readonly id: string;
  readonly unit: string;
  readonly help: string;
  readonly curves: readonly CurveLine[];
  readonly fromZero: boolean;
  readonly anchors: readonly { readonly y: number; readonly label: string }[];
}
export interface ChartGroup {
  readonly id: string;
  readonly note: string;
  readonly charts: readonly ChartSpec[];
}

export type XAxis = 'step' | 'tokens' | 'time' | 'KL';

/** Order of the groups on the page; others follow in the order they appear. */
const ORDER = [
  'rewards',
  'displacement',
  'optimisation',
  'KL',
  'ood',
  'calibration',
  'gold',
  'length',
  'drift',
  'overoptimisation',
  'judge',
  'generation',
  'system',
];

/** First part of a metric's name → group it is shown in. */
const GROUP_OF: Readonly<Record<string, string>> = {
  logps: 'displacement',
  logits: 'displacement',
  policy: 'optimisation',
  loss: 'optimisation',
  val: 'optimisation',
  critic: 'optimisation',
  objective: 'KL',
  kl: 'KL',
  tokens: 'generation',
  completions: 'generation',
  samples: 'generation',
  probes: 'ood',
  pairs: 'judge',
  agreement: 'KL',
  memory: 'system',
  time: 'system',
};

const NOTES: Readonly<Record<string, string>> = {
  rewards: 'implicit reward β·log π/π_ref of the answer',
  displacement: 'log-probabilities of the answers themselves',
  optimisation: 'what the optimiser sees',
  KL: 'distance from the reference',
  ood: 'what the data has not',
  calibration: 'is a score as sure as it is right?',
  length: 'does reward follow length?',
  gold: 'held-out pairs by the gold reward of their task',
  drift: 'scores against those of step 0',
  overoptimisation: 'the reward that is learnt from, against gold',
  judge: 'who labels, and how',
  generation: 'fresh samples',
  system: 'time and memory',
};

/** Charts that come first in their group. */
const CHART_ORDER = [
  'rewards/chosen, rejected',
  'rewards/margins',
  'rewards/accuracies',
  'logps/chosen, rejected',
  'accuracy',
  'margin',
  'loss',
  'grad_norm',
  'learning_rate',
  'mean_reward',
  'std_reward',
];

/** Read together: chosen and rejected of the same thing, where the shorter and where the longer answer is the better one, the bins of a calibration curve, the parts of a step's time. */
const TOGETHER: readonly (readonly [RegExp, string])[] = [
  [/\/(chosen|rejected)$/, '/chosen, rejected'],
  [/_(shorter|longer)_(chosen|better)$/, ' by length'],
  [/^calibration\/right_\d+$/, 'calibration/curve'],
  [/^time\/.*$/, 'time/by part'],
];

/** A metric and its evaluation share a chart too. */
const chartOf = (metric: string) => TOGETHER.reduce((name, [part, whole]) => name.replace(part, whole), metric);
const groupOf = (metric: string) => {
  const first = metric.includes('/') ? metric.slice(0, metric.indexOf('/')) : 'loss';
  return GROUP_OF[first] ?? first;
};
const roleOf = (metric: string): CurveLine['role'] =>
  metric.endsWith('/chosen') ? 'chosen' : metric.endsWith('/rejected') ? 'rejected' : 'plain';

/** Losses −log σ(0) at their first step: the policy is still the reference. */
const STARTS_AT_LN2 = new Set(['dpo', 'online_dpo', 'reward']);

/** Metrics that say where a run is rather than how it goes. */
const HIDDEN = new Set(['epoch', 'step', 'num_tokens', 'objective/episode', 'episode']);

/** Metrics that can be an axis. */
const AXIS_METRIC = { tokens: 'num_tokens', KL: 'objective/kl' } as const;

/** Axes the run has values for. */
export function axesOf(book: CurveBook): readonly XAxis[] {
  return [
    'step',
    ...(book.find(AXIS_METRIC.tokens) ? ['tokens' as const] : []),
    'time',
    ...(book.find(AXIS_METRIC.KL) ? ['KL' as const] : []),
  ];
}

/** Value of a curve at a step: the last one up to it; null before the first. */
export function valueAt(values: readonly Value[], step: number): number | null {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (values[middle].step <= step) low = middle + 1;
    else high = middle;
  }
  return low === 0 ? null : values[low - 1].value;
}

/** Places of a curve's values on the axis; those the run does not say are left out. */
function placer(book: CurveBook, axis: XAxis): (values: readonly Value[]) => readonly Point[] {
  if (axis === 'step') return (values) => values.map(({ step, value }) => [step, value] as const);
  if (axis === 'time') return (values) => values.map(({ seconds, value }) => [seconds, value] as const);
  const places = book.find(AXIS_METRIC[axis])?.means() ?? [];
  return (values) => {
    const points = values.flatMap(({ step, value }) => {
      const x = valueAt(places, step);
      return x === null ? [] : [[x, value] as const];
    });
    return axis === 'KL' ? points.sort((a, b) => a[0] - b[0]) : points;
  };
}

function lineOf(curve: Curve, place: (values: readonly Value[]) => readonly Point[]): CurveLine {
  const { metric, evaluation } = curve;
  const last = metric.slice(metric.lastIndexOf('/') + 1);
  const label = evaluation ? `${last}, evaluation` : last;
  return {
    metric,
    label,
    role: roleOf(metric),
    evaluation,
    points: place(curve.values()),
    means: place(curve.means()),
  };
}

/** Where a curve of this method is known to start. */
function anchorsOf(metric: string, method: string): ChartSpec['anchors'] {
  const { anchor } = factsOf(metric);
  if (anchor) return [anchor];
  return metric === 'loss' && STARTS_AT_LN2.has(method) ? [{ y: Math.LN2, label: 'ln 2, start' }] : [];
}

function specOf(id: string, curves: readonly CurveLine[], method: string): ChartSpec {
  const { metric } = curves[0];
  const { unit, help = '', fromZero = false } = factsOf(metric);
  return {
    id,
    unit,
    help,
    curves,
    fromZero,
    anchors: anchorsOf(metric, method),
  };
}

/** What decides which charts there are, besides the curves. */
export interface ChartChoice {
  readonly axis: XAxis;
  /** A part of the metric's name. */
  readonly wanted?: string;
  readonly method?: string;
}

/** Groups of charts in the order of the page. */
export function chartGroups(book: CurveBook, { axis, wanted = '', method = '' }: ChartChoice): readonly ChartGroup[] {
  const place = placer(book, axis);
  const charts = new Map<string, CurveLine[]>();
  for (const curve of book.curves()) {
    const { metric } = curve;
    if (HIDDEN.has(metric) || !metric.toLowerCase().includes(wanted.toLowerCase())) continue;
    const id = chartOf(metric);
    charts.set(id, [...(charts.get(id) ?? []), lineOf(curve, place)]);
  }
  const groups = new Map<string, ChartSpec[]>();
  for (const [id, curves] of charts) {
    const group = groupOf(curves[0].metric);
    groups.set(group, [...(groups.get(group) ?? []), specOf(id, curves, method)]);
  }
  return [...groups]
    .map(([id, specs]) => ({ id, note: NOTES[id] ?? '', charts: inOrder(specs) }))
    .sort((a, b) => rank(ORDER, a.id) - rank(ORDER, b.id));
}

const rank = (order: readonly string[], id: string) => (order.includes(id) ? order.indexOf(id) : order.length);

/** Known charts in a fixed order, so that one that gets its first value later does not move the others. */
const inOrder = (specs: readonly ChartSpec[]): readonly ChartSpec[] =>
  [...specs].sort((a, b) => rank(CHART_ORDER, a.id) - rank(CHART_ORDER, b.id));
