/** A chart's curves with their colours, axis and smoothing: what the run page and Home hand to the line chart. */

import type { ColourName } from './chart-tokens.ts';
import type { LineChart } from './line-chart.ts';
import type { ChartSpec, XAxis } from './metric-groups.ts';

const X_NAMES: Readonly<Record<XAxis, string>> = {
  step: 'step',
  tokens: 'tokens',
  time: 'seconds',
  KL: 'KL to the reference, nats',
};

/** A spec of curves as a chart: chosen and rejected in their colours, all else in the method's. */
export function specChart(
  spec: ChartSpec,
  colour: ColourName,
  axis: XAxis,
  smoothing: number,
  xMax?: number,
): LineChart {
  const fill = { chosen: 'chosen-fill', rejected: 'rejected-fill', plain: colour } as const;
  const several = spec.curves.filter((curve) => curve.role === 'plain').length > 1;
  return {
    lines: spec.curves.map((curve) => ({
      name: curve.label,
      colour: curve.evaluation && curve.role === 'plain' ? 'text' : fill[curve.role],
      dash: curve.role === 'rejected' ? 'rejected' : undefined,
      points: curve.points,
      means: curve.means,
      evaluation: curve.evaluation,
      endName: curve.evaluation ? 'evaluation' : undefined,
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
