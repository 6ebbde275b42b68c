/** A histogram as a line chart: steps of equal width, chosen and rejected in their colours. */
import type { Histogram } from '../preload/contract/dataset-quality.ts';
import type { ColourName } from './chart-tokens.ts';
import type { LineChart } from './line-chart.ts';
import { compact } from './numbers.ts';

const COLOURS: Readonly<Record<string, ColourName>> = { chosen: 'chosen-fill', rejected: 'rejected-fill' };

/** Each bin as two points, so that its count is level over its width; the last bin holds everything above, too. */
export function histogramChart({ unit, from, width, series }: Histogram): LineChart {
  return {
    lines: series.map(({ name, counts }) => ({
      name,
      colour: COLOURS[name] ?? 'accent',
      dash: name === 'rejected' ? 'rejected' : undefined,
      points: counts.flatMap((count, bin) => [
        [from + bin * width, count] as const,
        [from + (bin + 1) * width, count] as const,
      ]),
    })),
    xName: unit,
    unit: `rows per ${compact(width)} ${unit.split(',')[0]}`,
    smoothing: 0,
    fromZero: true,
    endLabels: false,
  };
}
