/** A chart's curves with their colours, axis and smoothing: what the run page and Home hand to the line chart. */

import type { ColourName } from './chart-tokens.ts';
import type { LineChart } from './line-chart.ts';
import type { MarkShape } from './method-looks.ts';
import type { ChartSpec, CurveLine, XAxis } from './metric-groups.ts';

export const X_NAMES: Readonly<Record<XAxis, string>> = {
  step: 'step',
  tokens: 'tokens',
  time: 'seconds',
  KL: 'KL to the reference, nats',
};

const MARKS: readonly MarkShape[] = ['circle', 'square', 'diamond', 'triangle'];

/** What tells the metrics of one chart apart. */
const partOf = (metric: string): string =>
  /_(shorter|longer)_/.exec(metric)?.[1] ??
  /\/right_(\d+)$/.exec(metric)?.[1].concat('%') ??
  metric.slice(metric.lastIndexOf('/') + 1);

/** A spec of curves as a chart: chosen and rejected in their colours, all else in the method's. */
export function specChart(
  spec: ChartSpec,
  colour: ColourName,
  axis: XAxis,
  smoothing: number,
  xMax?: number,
): LineChart {
  const fill = { chosen: 'chosen-fill', rejected: 'rejected-fill', plain: colour } as const;
  const plain = spec.curves.filter((curve) => curve.role === 'plain');
  const several = plain.length > 1;
  // of several metrics in one colour the second is dotted, or each has its mark
  const metrics = [...new Set(plain.map(({ metric }) => metric))].sort();
  const dashOf = ({ role, metric }: CurveLine) =>
    role === 'rejected' ? 'rejected' : metrics.length === 2 && metric === metrics[1] ? 'variant' : undefined;
  const markOf = ({ metric }: CurveLine) =>
    metrics.length > 2 ? MARKS[metrics.indexOf(metric) % MARKS.length] : undefined;
  return {
    lines: spec.curves.map((curve) => ({
      name: curve.label,
      colour: curve.evaluation && curve.role === 'plain' ? 'text' : fill[curve.role],
      dash: dashOf(curve),
      mark: markOf(curve),
      points: curve.points,
      means: curve.means,
      evaluation: curve.evaluation,
      endName: metrics.length > 1 ? partOf(curve.metric) : curve.evaluation ? 'evaluation' : undefined,
    })),
    xName: X_NAMES[axis],
    xMax: axis === 'step' ? xMax : undefined,
    unit: spec.unit,
    smoothing,
    fromZero: spec.fromZero,
    toOne: spec.unit.startsWith('share'),
    anchors: spec.anchors,
    endLabels: several,
  };
}
