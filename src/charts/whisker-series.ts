/** Intervals of points in both directions, as whiskers of a line's colour. */
import type { ChartTokens } from './chart-tokens.ts';
import { FAINT, type Line } from './line-chart.ts';

/** px, as all whiskers. */
const WIDTH = 1.5;

interface Api {
  value(dimension: number): number;
  coord(point: readonly [number, number]): [number, number];
}

/** One item a point: x, y, and the ends of both intervals, which are the point itself where there is none. */
export function whiskerSeries({ whiskers, points, name, colour, faint }: Line, tokens: ChartTokens) {
  if (!whiskers?.some(({ x, y }) => x !== null || y !== null)) return [];
  return [
    {
      id: `${name}, intervals`,
      type: 'custom',
      name,
      data: points.map(([x, y], i) => {
        const own = whiskers[i];
        return [x, y, ...(own?.x ?? [x, x]), ...(own?.y ?? [y, y])];
      }),
      encode: { x: [0, 2, 3], y: [1, 4, 5] },
      clip: true,
      silent: true,
      animation: false,
      tooltip: { show: false },
      z: 2,
      renderItem: (_params: unknown, api: Api) => {
        const [x, y, left, right, low, high] = [0, 1, 2, 3, 4, 5].map((dimension) => api.value(dimension));
        const line = (from: readonly [number, number], to: readonly [number, number]) => {
          const [[x1, y1], [x2, y2]] = [api.coord(from), api.coord(to)];
          const style = { stroke: tokens.colour[colour], lineWidth: WIDTH, opacity: faint ? FAINT : 0.7 };
          return { type: 'line', shape: { x1, y1, x2, y2 }, style };
        };
        return { type: 'group', children: [line([left, y], [right, y]), line([x, low], [x, high])] };
      },
    },
  ];
}
