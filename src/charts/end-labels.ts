/** Names at the ends of lines: a mark and a name each, moved apart where lines end close together. */
import type { ChartTokens } from './chart-tokens.ts';
import type { Line } from './line-chart.ts';
import type { MarkShape } from './method-looks.ts';
import type { Point } from './smoothing.ts';

/** px between the middles of two names. */
const GAP = 13;
/** px from a line's end to its mark, and from the mark to its name. */
const BEFORE = 12;
const BETWEEN = 7;
const FONT = 11;
const MARK = 3;

/** As near to `wanted`, which rise, as they can be while neighbours are `gap` apart and all lie within the bounds: least squares. */
export function placeApart(wanted: readonly number[], gap: number, low: number, high: number): number[] {
  // without their gaps the places may only not fall: neighbours that would fall share their mean
  const blocks: { sum: number; count: number }[] = [];
  wanted.forEach((place, i) => {
    blocks.push({ sum: place - i * gap, count: 1 });
    for (let last = blocks.length - 1; last > 0 && meanOf(blocks[last - 1]) > meanOf(blocks[last]); last--) {
      const { sum, count } = blocks.pop() ?? blocks[last];
      blocks[last - 1] = { sum: blocks[last - 1].sum + sum, count: blocks[last - 1].count + count };
    }
  });
  const most = Math.max(low, high - (wanted.length - 1) * gap);
  const places = blocks.flatMap((block) => Array.from({ length: block.count }, () => meanOf(block)));
  return places.map((place, i) => Math.min(most, Math.max(low, place)) + i * gap);
}

const meanOf = ({ sum, count }: { readonly sum: number; readonly count: number }): number => sum / count;

export const endNameOf = ({ name, endName }: Line): string => endName ?? name;

interface Plot {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

interface Api {
  coord(point: Point): [number, number];
  getWidth(): number;
}

interface End {
  readonly line: Line;
  readonly points: readonly Point[];
}

/** Where a line leaves the plot at the right, or ends within it; none where it lies to the right of what is shown. */
function lastShown({ points }: End, plot: Plot, api: Api): [number, number] | undefined {
  for (let i = points.length - 1; i >= 0; i--) {
    const [x, y] = api.coord(points[i]);
    if (x <= plot.x + plot.width + 1 && Number.isFinite(y)) return x < plot.x ? undefined : [x, y];
  }
  return undefined;
}

function markAt(shape: MarkShape, x: number, y: number, fill: string) {
  const style = { fill };
  if (shape === 'circle') return { type: 'circle', shape: { cx: x, cy: y, r: MARK }, style };
  if (shape === 'square')
    return { type: 'rect', shape: { x: x - MARK, y: y - MARK, width: 2 * MARK, height: 2 * MARK }, style };
  const [left, top, right, bottom] = [x - MARK - 1, y - MARK - 1, x + MARK + 1, y + MARK + 1];
  const points =
    shape === 'diamond'
      ? [
          [x, top],
          [right, y],
          [x, bottom],
          [left, y],
        ]
      : [
          [x, top],
          [right, bottom - 1],
          [left, bottom - 1],
        ];
  return { type: 'polygon', shape: { points }, style };
}

/** A series that draws nothing but the names; its points are the lines' ends. */
export function endLabelSeries(ends: readonly End[], tokens: ChartTokens) {
  // dots have no end
  const shown = ends.filter(({ line, points }) => points.length > 0 && !line.dots);
  if (shown.length === 0) return [];
  const draw = (plot: Plot, api: Api) => {
    const placed = shown
      .flatMap((end) => {
        const at = lastShown(end, plot, api);
        return at ? [{ line: end.line, x: at[0], y: at[1] }] : [];
      })
      .sort((a, b) => a.y - b.y);
    const places = placeApart(
      placed.map(({ y }) => y),
      GAP,
      plot.y,
      plot.y + plot.height,
    );
    const children = placed.flatMap(({ line, x }, i) => {
      const colour = tokens.colour[line.colour];
      const left = x + BEFORE + BETWEEN;
      const text = {
        type: 'text',
        style: {
          text: endNameOf(line),
          x: left,
          y: places[i],
          verticalAlign: 'middle',
          font: `${FONT}px ${tokens.font}`,
          fill: tokens.colour.text,
          // legible where a line that ends early leaves it among others
          stroke: tokens.colour.surface,
          lineWidth: 3,
          opacity: line.faint ? 0.5 : 1,
          width: Math.max(20, api.getWidth() - left - 2),
          overflow: 'truncate',
          ellipsis: '…',
        },
      };
      return [markAt(line.mark ?? 'circle', x + BEFORE, places[i], colour), text];
    });
    return { type: 'group', silent: true, children };
  };
  return [
    {
      id: 'names',
      type: 'custom',
      data: shown.map(({ points }) => points[points.length - 1]),
      encode: { x: 0, y: 1 },
      clip: false,
      silent: true,
      animation: false,
      tooltip: { show: false },
      z: 5,
      renderItem: ({ dataIndex, coordSys }: { readonly dataIndex: number; readonly coordSys: Plot }, api: Api) =>
        dataIndex === 0 ? draw(coordSys, api) : undefined,
    },
  ];
}
