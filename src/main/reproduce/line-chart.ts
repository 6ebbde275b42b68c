/** A line chart as SVG text that stands alone in a Markdown page: no script, no stylesheet, which the app's charts take their colours from. */
import { escapeHtml } from '../base/markup.ts';

export interface ChartSeries {
  readonly name: string;
  readonly points: readonly (readonly [x: number, y: number])[];
  /** Points without a line between them. */
  readonly dots?: boolean;
}

export interface LineChart {
  readonly title: string;
  readonly x: string;
  readonly y: string;
  readonly series: readonly ChartSeries[];
}

const WIDTH = 720;
const HEIGHT = 400;
const PLOT = { left: 60, right: 560, top: 40, bottom: 350 } as const;
const LEGEND_STEP = 20;
/** Okabe and Ito's colours, which colour-blind readers tell apart. */
const COLOURS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#7a6a00', '#666666'];
const DASHES = ['', '6 3', '2 3'];

const short = (value: number): string => String(Number(value.toFixed(2)));

/** Throws RangeError when there is no finite point to draw. */
export function lineChart({ title, x, y, series }: LineChart): string {
  const points = series.flatMap((one) => one.points).filter((point) => point.every(Number.isFinite));
  if (points.length === 0) throw new RangeError(`${title}: there is no point to draw`);
  const across = axis(
    points.map(([at]) => at),
    PLOT.left,
    PLOT.right,
  );
  const up = axis(
    points.map(([, at]) => at),
    PLOT.bottom,
    PLOT.top,
  );
  const body = [
    ...across.ticks.map((tick) => verticalTick(across.at(tick), short(tick))),
    ...up.ticks.map((tick) => horizontalTick(up.at(tick), short(tick))),
    `<path d="M${PLOT.left} ${PLOT.top}V${PLOT.bottom}H${PLOT.right}" fill="none" stroke="#888"/>`,
    ...series.map((one, i) => drawn(one, i, across.at, up.at)),
    ...series.map(({ name }, i) => legend(name, i)),
    text(PLOT.left, 22, title, 'start', 14),
    text((PLOT.left + PLOT.right) / 2, HEIGHT - 12, x),
    `<g transform="rotate(-90 16 ${(PLOT.top + PLOT.bottom) / 2})">${text(16, (PLOT.top + PLOT.bottom) / 2, y)}</g>`,
  ];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escapeHtml(title)}" font-family="sans-serif" font-size="12">`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>`,
    ...body,
    '</svg>',
    '',
  ].join('\n');
}

/** Five or so round numbers, and the way from a value to a place. */
function axis(values: readonly number[], from: number, to: number) {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const span = most - least || Math.abs(most) || 1;
  const step = roundStep(span / 5);
  const [low, high] = [Math.floor(least / step) * step, Math.ceil(most / step) * step];
  const end = high === low ? low + step : high;
  const count = Math.round((end - low) / step);
  return {
    ticks: Array.from({ length: count + 1 }, (_, i) => low + i * step),
    at: (value: number) => from + ((value - low) / (end - low)) * (to - from),
  };
}

/** The next of 1, 2, 5 times a power of ten. */
function roundStep(raw: number): number {
  const power = 10 ** Math.floor(Math.log10(raw));
  const digit = [1, 2, 5, 10].find((candidate) => candidate * power >= raw) ?? 10;
  return digit * power;
}

const text = (x: number, y: number, content: string, anchor = 'middle', size = 12): string =>
  `<text x="${short(x)}" y="${short(y)}" text-anchor="${anchor}" font-size="${size}" fill="#222">${escapeHtml(content)}</text>`;

const verticalTick = (x: number, label: string): string =>
  `<path d="M${short(x)} ${PLOT.bottom}v5" stroke="#888"/>${text(x, PLOT.bottom + 18, label)}`;

const horizontalTick = (y: number, label: string): string =>
  `<path d="M${PLOT.left} ${short(y)}H${PLOT.right}" stroke="#e4e4e4"/>${text(PLOT.left - 6, y + 4, label, 'end')}`;

type Place = (value: number) => number;

/** A value that is not finite breaks the line. */
function drawn({ points, dots = false }: ChartSeries, i: number, across: Place, up: Place): string {
  const colour = COLOURS[i % COLOURS.length];
  const places = points.map((point) =>
    point.every(Number.isFinite) ? `${short(across(point[0]))} ${short(up(point[1]))}` : undefined,
  );
  const marks = places.flatMap((place) => {
    const [x, y] = place?.split(' ') ?? [];
    return place === undefined ? [] : [`<circle cx="${x}" cy="${y}" r="3" fill="${colour}"/>`];
  });
  const path = places
    .map((place, at) => (place === undefined ? '' : `${at === 0 || places[at - 1] === undefined ? 'M' : 'L'}${place}`))
    .join('');
  const line = `<path d="${path}" fill="none" stroke="${colour}" stroke-width="2" stroke-dasharray="${dashOf(i)}"/>`;
  return [...(dots ? [] : [line]), ...marks].join('');
}

const dashOf = (i: number): string => DASHES[Math.floor(i / COLOURS.length) % DASHES.length] || 'none';

function legend(name: string, i: number): string {
  const y = PLOT.top + 10 + i * LEGEND_STEP;
  const colour = COLOURS[i % COLOURS.length];
  return `<path d="M${PLOT.right + 12} ${y}h20" stroke="${colour}" stroke-width="3" stroke-dasharray="${dashOf(i)}"/>${text(PLOT.right + 38, y + 4, name, 'start', 11)}`;
}
