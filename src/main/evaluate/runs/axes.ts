/** Where a metric's values stand on the axis that a comparison is drawn over. */
import type { z } from 'zod';
import type { compareAxis } from '../../../preload/contract/compare.ts';
import type { MetricColumn } from '../../data/store/metric-columns.ts';

export type Axis = z.infer<typeof compareAxis>;

/** Metrics that an axis is read from: the first that a run has. */
export const AXIS_METRICS: Readonly<Record<Axis, readonly string[]>> = {
  step: [],
  time: [],
  tokens: ['num_tokens'],
  KL: ['objective/kl', 'eval_objective/kl', 'eval_kl/k1'],
};

/** The axes for which there is a metric that all have. */
export const metricsAxes = (allHave: (metric: string) => boolean): Axis[] =>
  (['step', 'tokens', 'time', 'KL'] as const).filter(
    (axis) => AXIS_METRICS[axis].length === 0 || AXIS_METRICS[axis].some(allHave),
  );

/** Place of each value; NaN where the axis has none yet. `columns` holds the axis metrics too. */
export function placesOf(
  column: MetricColumn,
  axis: Axis,
  columns: ReadonlyMap<string, MetricColumn>,
): ArrayLike<number> {
  if (axis === 'step') return column.steps;
  if (axis === 'time') return column.seconds;
  const along = AXIS_METRICS[axis].map((metric) => columns.get(metric)).find((each) => each !== undefined);
  if (!along) return new Float64Array(column.steps.length).fill(Number.NaN);
  const places = new Float64Array(column.steps.length);
  // both rise by step: one walk along the two
  for (let i = 0, at = -1; i < places.length; i++) {
    while (at + 1 < along.steps.length && along.steps[at + 1] <= column.steps[i]) at++;
    places[i] = at < 0 ? Number.NaN : along.values[at];
  }
  return places;
}
