/** Gold reward gained over the distance from the reference, √KL, with Gao's fit of each series (2210.10760). */
import type { CompareSeries, OveroptimisedSeries } from '../preload/contract/index.ts';
import { endName, MOST_NAMES, seriesLooks, seriesTitle } from './compare-charts.ts';
import type { Line, LineChart } from './line-chart.ts';
import { fixed, MISSING } from './numbers.ts';
import type { Point } from './smoothing.ts';

const STEPS = 40;

/** d (α − β ln d) from 0 to the farthest point. */
function fitted({ points, fit }: OveroptimisedSeries): Point[] {
  const far = Math.max(0, ...points.map(({ distance }) => distance));
  if (!fit) return [];
  return Array.from({ length: STEPS + 1 }, (_, i): Point => {
    const d = (far * i) / STEPS;
    return [d, d === 0 ? 0 : d * (fit.alpha - fit.beta * Math.log(d))];
  });
}

/** Dots are evaluations, lines the fits; null where no series has both KL and gold reward. */
export function overoptimisationChart(
  found: readonly OveroptimisedSeries[],
  series: readonly CompareSeries[],
  hidden: readonly string[],
): LineChart | null {
  const looks = seriesLooks(series);
  const shown = found.flatMap((each) => {
    const of = series.find(({ key }) => key === each.series);
    const look = looks.get(each.series);
    return of && look && !hidden.includes(each.series)
      ? [{ each, look, name: seriesTitle(of), short: endName(of, series) }]
      : [];
  });
  if (shown.length === 0) return null;
  return {
    lines: shown.flatMap(({ each, look, name, short }): Line[] => {
      const points = each.points.map(({ distance, gold }): Point => [distance, gold]).sort((a, b) => a[0] - b[0]);
      const fit = fitted(each);
      return [
        { ...look, name, evaluation: true, dots: true, points },
        ...(fit.length > 0 ? [{ ...look, name: `${name}, fit`, endName: short, points: fit }] : []),
      ];
    }),
    xName: 'distance from the reference, √KL in √nats',
    unit: 'gold reward gained; dots: evaluations, lines: fits',
    smoothing: 0,
    endLabels: shown.length <= MOST_NAMES,
  };
}

/** A turning point this many times as far away as anything that was seen is the fit's form, not a finding. */
const FARTHEST = 2;

/** KL, in nats, at which the fit is highest: a number, "> 1.7" where it lies far beyond the largest KL seen (1.7), "–" where gold never turns. */
export function peakText({ fit, points }: OveroptimisedSeries): string {
  if (fit === null || fit.peak === null) return MISSING;
  const seen = Math.max(...points.map(({ distance }) => distance));
  return fit.peak > FARTHEST * seen ? `> ${fixed(seen ** 2, 1)}` : fixed(fit.peak ** 2, 1);
}
