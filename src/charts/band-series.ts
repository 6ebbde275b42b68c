/** The band around a line, between its low and its high values: one area behind all lines. */
import type { ChartTokens } from './chart-tokens.ts';
import { FAINT, type Line, type LineChart } from './line-chart.ts';

interface BandApi {
  coord(point: readonly [number, number]): [number, number];
}

/** A closed area: two items that say how far the axes must reach, the first of which draws all of it. */
export function bandSeries({ band, name, colour, faint }: Line, chart: LineChart, tokens: ChartTokens) {
  const points = (band?.x ?? [])
    .map((x, i) => [x, band?.low[i] ?? 0, band?.high[i] ?? 0] as const)
    .filter(([x, low]) => (!chart.logX || x > 0) && (!chart.logY || low > 0));
  const last = points.at(-1);
  if (!last) return [];
  const low = Math.min(...points.map((point) => point[1]));
  const high = Math.max(...points.map((point) => point[2]));
  return [
    {
      id: `${name}, band`,
      type: 'custom',
      name,
      data: [points[0][0], last[0]].map((x) => [x, low, high]),
      encode: { x: 0, y: [1, 2] },
      clip: true,
      silent: true,
      animation: false,
      tooltip: { show: false },
      z: 1,
      renderItem: ({ dataIndex }: { readonly dataIndex: number }, api: BandApi) =>
        dataIndex === 0
          ? {
              type: 'polygon',
              shape: {
                points: [
                  ...points.map((point) => api.coord([point[0], point[2]])),
                  ...points.map((point) => api.coord([point[0], point[1]])).reverse(),
                ],
              },
              style: { fill: tokens.colour[colour], opacity: tokens.band * (faint ? FAINT : 1) },
            }
          : undefined,
    },
  ];
}
