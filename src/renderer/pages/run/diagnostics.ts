/** Warnings of a run, found in its metrics: a kind, the bold sentence, and the numbers behind it. Pure. */
import type { MetricPoint } from '../../../preload/contract/index.ts';
import { fixed, percent, signed, whole } from '../../numbers.ts';

export interface Warning {
  readonly kind: string;
  readonly title: string;
  readonly text: string;
}

const seriesOf = (points: readonly MetricPoint[], metric: string): readonly { step: number; value: number }[] =>
  points.flatMap((point) => {
    const value = point.values[metric] ?? point.values[`eval_${metric}`];
    return value == null ? [] : [{ step: point.step, value }];
  });

const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted.length === 0 ? Number.NaN : sorted[Math.floor(sorted.length / 2)];
};

/** Mean of a few values at an end of the series: single batches are noisy. */
const end = (values: readonly { value: number }[], from: 'start' | 'end', count: number) => {
  const part = from === 'start' ? values.slice(0, count) : values.slice(-count);
  return part.reduce((sum, { value }) => sum + value, 0) / Math.max(1, part.length);
};

const FEW = 8;

/** log π(y⁺) falls while the margin grows (likelihood displacement, Razin et al. 2410.08847). */
function displacement(points: readonly MetricPoint[]): Warning | null {
  const chosen = seriesOf(points, 'rewards/chosen');
  const margins = seriesOf(points, 'rewards/margins');
  if (chosen.length < 3 * FEW || margins.length < 3 * FEW) return null;
  const now = end(chosen, 'end', FEW);
  const gained = end(margins, 'end', FEW) - end(margins, 'start', FEW);
  if (now >= 0 || now >= end(chosen, 'start', FEW) || gained <= 0) return null;
  return {
    kind: 'displacement',
    title: 'Chosen answers are becoming less likely.',
    text: `rewards/chosen is ${signed(now)} nats over the last ${FEW} points, below the reference, while the margin grew by ${signed(gained)} nats. The loss needs only the gap, so the mass taken from rejected answers goes elsewhere.`,
  };
}

/** A gradient far above the usual one. */
function spike(points: readonly MetricPoint[]): Warning | null {
  const norms = seriesOf(points, 'grad_norm');
  if (norms.length < 3 * FEW) return null;
  const middle = median(norms.map(({ value }) => value));
  const worst = norms.reduce((most, each) => (each.value > most.value ? each : most));
  if (!(worst.value > 10 * middle)) return null;
  return {
    kind: 'gradient-spike',
    title: `A gradient spike at step ${whole(worst.step)}.`,
    text: `grad_norm was ${fixed(worst.value, 1)}; the median is ${fixed(middle, 1)}. One is harmless when it is clipped; several ask for a lower learning rate.`,
  };
}

/** Metrics that were NaN or infinite (null in the contract). */
function divergence(points: readonly MetricPoint[]): Warning | null {
  const bad = points.find((point) => point.values.loss === null);
  if (!bad) return null;
  return {
    kind: 'divergence',
    title: `The loss is not a finite number since step ${whole(bad.step)}.`,
    text: 'The weights have diverged; later values mean nothing. Lower the learning rate and start from the last checkpoint before it.',
  };
}

function missingEnd(points: readonly MetricPoint[]): Warning | null {
  const ended = seriesOf(points, 'val/contain_eos_token').at(-1);
  if (!ended || ended.value >= 0.8) return null;
  return {
    kind: 'missing-eos',
    title: `${percent(1 - ended.value, 0)} of answers do not end by themselves.`,
    text: 'They are cut at the longest length allowed. Their reward is that of a torn answer.',
  };
}

/** Most severe first. */
export function warningsOf(points: readonly MetricPoint[]): readonly Warning[] {
  return [divergence, displacement, missingEnd, spike].map((find) => find(points)).filter((found) => found !== null);
}
