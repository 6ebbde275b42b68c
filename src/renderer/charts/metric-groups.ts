/** Which charts a run gets: metric names of the form `group/name` become groups, and chosen / rejected share a chart. */
import type { MetricPoint } from '../../preload/contract/index.ts';
import type { Point } from './smoothing.ts';

/** One curve: `evaluation` curves have few points and are never smoothed. */
export interface Curve {
  readonly metric: string;
  readonly label: string;
  readonly role: 'chosen' | 'rejected' | 'plain';
  readonly evaluation: boolean;
  readonly points: readonly Point[];
}
export interface ChartSpec {
  readonly id: string;
  readonly title: string;
  readonly unit: string;
  readonly curves: readonly Curve[];
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
const ORDER = ['rewards', 'displacement', 'optimisation', 'KL', 'generation', 'system'];

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
  memory: 'system',
  time: 'system',
};

const NOTES: Readonly<Record<string, string>> = {
  rewards: 'implicit reward β·log π/π_ref of the answer',
  displacement: 'log-probabilities of the answers themselves',
  optimisation: 'what the optimiser sees',
  KL: 'distance from the reference',
  generation: 'fresh samples',
  system: 'time and memory',
};

interface Known {
  readonly unit: string;
  readonly fromZero?: boolean;
  readonly anchor?: { readonly y: number; readonly label: string };
}

/** Units of the metrics that TRL's names stand for. */
const KNOWN: Readonly<Record<string, Known>> = {
  loss: { unit: 'nats' },
  grad_norm: { unit: 'before clipping', fromZero: true },
  learning_rate: { unit: '', fromZero: true },
  mean_token_accuracy: { unit: 'share', fromZero: true },
  entropy: { unit: 'nats', fromZero: true },
  num_tokens: { unit: 'tokens', fromZero: true },
  'rewards/chosen': { unit: 'nats' },
  'rewards/rejected': { unit: 'nats' },
  'rewards/margins': { unit: 'nats' },
  'rewards/accuracies': { unit: 'share', fromZero: true, anchor: { y: 0.5, label: 'chance' } },
  'logps/chosen': { unit: 'nats' },
  'logps/rejected': { unit: 'nats' },
  'objective/kl': { unit: 'nats', fromZero: true },
  'objective/entropy': { unit: 'nats' },
  'policy/clipfrac_avg': { unit: 'share', fromZero: true },
  'val/contain_eos_token': { unit: 'share', fromZero: true },
};

/** Chosen and rejected of the same thing, and a metric with its evaluation, are read together. */
const chartOf = (metric: string) => metric.replace(/\/(chosen|rejected)$/, '/chosen, rejected');
const groupOf = (metric: string) => {
  const first = metric.includes('/') ? metric.slice(0, metric.indexOf('/')) : 'loss';
  return GROUP_OF[first] ?? first;
};
const roleOf = (metric: string): Curve['role'] =>
  metric.endsWith('/chosen') ? 'chosen' : metric.endsWith('/rejected') ? 'rejected' : 'plain';

/** Metrics that say where a run is rather than how it goes. */
const HIDDEN = new Set(['epoch', 'step', 'num_tokens', 'objective/episode', 'episode']);

interface XState {
  tokens: number;
  kl: number;
}

/** Place of a point on the chosen axis; null when the run does not record it. */
function xOf(point: MetricPoint, axis: XAxis, state: XState): number | null {
  if (axis === 'step') return point.step;
  if (axis === 'time') return point.seconds;
  const name = axis === 'tokens' ? 'num_tokens' : 'objective/kl';
  const key = axis === 'tokens' ? 'tokens' : 'kl';
  const value = point.values[name];
  if (value != null) state[key] = value;
  return Number.isNaN(state[key]) ? null : state[key];
}

/** Axes the points can be drawn against. */
export function axesOf(points: readonly MetricPoint[]): readonly XAxis[] {
  const has = (metric: string) => points.some((point) => point.values[metric] != null);
  return [
    'step',
    ...(has('num_tokens') ? ['tokens' as const] : []),
    'time',
    ...(has('objective/kl') ? ['KL' as const] : []),
  ];
}

/** One pass over the points: metric → curve. Values that are null (not finite) leave a gap. */
function curvesOf(points: readonly MetricPoint[], axis: XAxis): Map<string, Curve & { points: Point[] }> {
  const curves = new Map<string, Curve & { points: Point[] }>();
  const state = { tokens: Number.NaN, kl: Number.NaN };
  for (const point of points) {
    const x = xOf(point, axis, state);
    if (x === null) continue;
    for (const [name, value] of Object.entries(point.values)) {
      const evaluation = point.evaluation || name.startsWith('eval_');
      const metric = name.startsWith('eval_') ? name.slice(5) : name;
      if (HIDDEN.has(metric)) continue;
      const key = `${evaluation ? 'eval ' : ''}${metric}`;
      let curve = curves.get(key);
      if (!curve) {
        const last = metric.slice(metric.lastIndexOf('/') + 1);
        curve = {
          metric,
          label: evaluation ? `${last}, evaluation` : last,
          role: roleOf(metric),
          evaluation,
          points: [],
        };
        curves.set(key, curve);
      }
      curve.points.push([x, value ?? Number.NaN]);
    }
  }
  if (axis === 'KL') for (const curve of curves.values()) curve.points.sort((a, b) => a[0] - b[0]);
  return curves;
}

function specOf(id: string, curves: readonly Curve[]): ChartSpec {
  const known = KNOWN[curves[0].metric];
  return {
    id,
    title: id,
    unit: known?.unit ?? '',
    curves,
    fromZero: known?.fromZero ?? false,
    anchors: known?.anchor ? [known.anchor] : [],
  };
}

/** Groups of charts in the order of the page; `wanted` filters by a part of the metric's name. */
export function chartGroups(points: readonly MetricPoint[], axis: XAxis, wanted = ''): readonly ChartGroup[] {
  const charts = new Map<string, Curve[]>();
  for (const curve of curvesOf(points, axis).values()) {
    if (wanted && !curve.metric.toLowerCase().includes(wanted.toLowerCase())) continue;
    const id = chartOf(curve.metric);
    charts.set(id, [...(charts.get(id) ?? []), curve]);
  }
  const groups = new Map<string, ChartSpec[]>();
  for (const [id, curves] of charts) {
    const group = groupOf(curves[0].metric);
    groups.set(group, [...(groups.get(group) ?? []), specOf(id, curves)]);
  }
  const rank = (id: string) => (ORDER.includes(id) ? ORDER.indexOf(id) : ORDER.length);
  return [...groups]
    .map(([id, specs]) => ({ id, note: NOTES[id] ?? '', charts: specs }))
    .sort((a, b) => rank(a.id) - rank(b.id));
}
