/** The chart of a study as data, and how it looks: drawn by the one drawer of charts, `report/draw-chart.ts`. */
import type { ColourName } from '../../charts/chart-tokens.ts';
import type { Line, LineChart } from '../../charts/line-chart.ts';

export interface ChartSeries {
  readonly name: string;
  /** A value that is not finite breaks the line. */
  readonly points: readonly (readonly [x: number, y: number])[];
  /** Points without a line between them. */
  readonly dots?: boolean;
}

export interface StudyChart {
  readonly title: string;
  readonly x: string;
  readonly y: string;
  readonly series: readonly ChartSeries[];
}

const COLOURS: readonly ColourName[] = ['m-offline', 'm-online', 'm-ppo', 'm-rm', 'm-kto', 'm-bon', 'm-sft', 'm-ref'];
/** Of the series beyond the colours. */
const DASHES = [undefined, 'rejected', 'variant'] as const;

/** Throws RangeError when there is no finite point to draw. */
export function studyLines({ title, x, y, series }: StudyChart): LineChart {
  if (!series.some(({ points }) => points.some((point) => point.every(Number.isFinite))))
    throw new RangeError(`${title}: there is no point to draw`);
  return {
    lines: series.map(({ name, points, dots }, i): Line => {
      const colour = COLOURS[i % COLOURS.length];
      return {
        name,
        points,
        colour,
        dots,
        evaluation: true,
        dash: DASHES[Math.floor(i / COLOURS.length) % DASHES.length],
      };
    }),
    xName: x,
    unit: y,
    smoothing: 0,
  };
}
