/** Curves → ECharts option. Pure: colours come in, an object goes out. */
import type { EChartsCoreOption } from 'echarts/core';
import { bandSeries } from './band-series.ts';
import type { ChartTokens, ColourName } from './chart-tokens.ts';
import { endLabelSeries, endNameOf } from './end-labels.ts';
import { tooltip } from './line-tooltip.ts';
import type { MarkShape } from './method-looks.ts';
import { compact, compactSmall } from './numbers.ts';
import { type Point, smooth } from './smoothing.ts';
import { whiskerSeries } from './whisker-series.ts';

export interface Line {
  readonly name: string;
  readonly colour: ColourName;
  /** variant, second, third: others of the same colour. */
  readonly dash?: keyof typeof DASHES;
  /** Of evaluation points; a circle unless the method has its own. */
  readonly mark?: MarkShape;
  readonly points: readonly Point[];
  /** What is smoothed instead of `points`, where there are more values than can be drawn. */
  readonly means?: readonly Point[];
  /** Evaluation points: marked, never smoothed. */
  readonly evaluation?: boolean;
  /** Points without a line between them. */
  readonly dots?: boolean;
  /** At the line's end, where it is shorter than the name. */
  readonly endName?: string;
  /** Between `low` and `high` at each x. */
  readonly band?: Band;
  /** Another line is looked at. */
  readonly faint?: boolean;
  /** Evaluation points without marks, where there are very many. */
  readonly bare?: boolean;
  /** Of each point: its intervals in both directions; null where there is none. */
  readonly whiskers?: readonly Whiskers[];
  /** Text at each point. */
  readonly pointLabels?: readonly string[];
}

export interface Whiskers {
  readonly x: readonly [low: number, high: number] | null;
  readonly y: readonly [low: number, high: number] | null;
}

export interface Band {
  readonly x: readonly number[];
  readonly low: readonly number[];
  readonly high: readonly number[];
}

export interface LineChart {
  readonly lines: readonly Line[];
  readonly xName: string;
  /** End of the x axis when it is known: the whole range of the run. */
  readonly xMax?: number;
  readonly unit: string;
  /** 0 … <1; 0 draws the raw line only. */
  readonly smoothing: number;
  readonly fromZero?: boolean;
  /** Shares: the axis ends at 1. */
  readonly toOne?: boolean;
  readonly anchors?: readonly { readonly y: number; readonly label: string }[];
  /** Logarithmic axes: what is not above 0 is left out. */
  readonly logX?: boolean;
  readonly logY?: boolean;
  /** Very many lines: smoothed ones stand without their values behind them, and nothing is sampled once more while panning. */
  readonly crowded?: boolean;
  /** Names at the ends of the lines; off where a legend stands beside. */
  readonly endLabels?: boolean;
}

export const DASHES = {
  rejected: [5, 3],
  reference: [4, 3],
  variant: [2, 2],
  second: [7, 3],
  third: [7, 2, 1, 2],
} as const;
const SYMBOLS: Readonly<Record<MarkShape, string>> = {
  square: 'rect',
  diamond: 'diamond',
  circle: 'circle',
  triangle: 'triangle',
};
const AXIS_FONT = 11;
/** Of a line that is not the one looked at. */
export const FAINT = 0.2;

const range = (lines: readonly Line[]): readonly [number, number] => {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const line of lines)
    for (const [, y] of line.points) {
      if (!Number.isFinite(y)) continue;
      low = Math.min(low, y);
      high = Math.max(high, y);
    }
  return [low, high];
};

function lineStyle(line: Line, tokens: ChartTokens, { opacity, thin }: { opacity: number; thin?: boolean }) {
  return {
    color: tokens.colour[line.colour],
    // a line of one pixel is drawn without an outline, which many lines would spend most of a frame on
    width: opacity < 1 || thin ? 1 : 1.75,
    opacity: line.dots ? 0 : line.faint ? FAINT * opacity : opacity,
    type: line.dash ? DASHES[line.dash] : 'solid',
  };
}

/** What is drawn in front: the smoothed curve, or the values themselves. */
const frontOf = (line: Line, { smoothing }: LineChart): readonly Point[] =>
  smoothing > 0 && !line.evaluation ? smooth(line.means ?? line.points, smoothing) : line.points;

/** On a logarithmic axis there is no place for what is not above 0. */
function onAxes(points: readonly Point[], { logX, logY }: LineChart): readonly Point[] {
  return logX || logY ? points.filter(([x, y]) => (!logX || x > 0) && (!logY || y > 0)) : points;
}

function pointLabel({ pointLabels }: Line, tokens: ChartTokens) {
  if (!pointLabels) return { show: false };
  return {
    show: true,
    position: 'top',
    formatter: ({ dataIndex }: { readonly dataIndex: number }) => pointLabels[dataIndex] ?? '',
    color: tokens.colour['text-2'],
    fontSize: AXIS_FONT,
    fontFamily: tokens.font,
  };
}

/** The raw line behind, and the smoothed one in front of it. */
function seriesOf(line: Line, chart: LineChart, tokens: ChartTokens) {
  const smoothed = chart.smoothing > 0 && !line.evaluation;
  const isMarked = line.evaluation && !line.bare;
  const front = onAxes(frontOf(line, chart), chart);
  const band = [...bandSeries(line, chart, tokens), ...whiskerSeries(line, tokens)];
  const base = {
    type: 'line',
    name: line.name,
    animation: false,
    sampling: chart.crowded ? undefined : 'lttb',
    emphasis: { disabled: true },
  };
  const id = `${line.name}${line.evaluation ? ' (evaluation)' : ''}`;
  const main = {
    ...base,
    id,
    data: front,
    symbol: isMarked ? SYMBOLS[line.mark ?? 'circle'] : 'none',
    // without it each point has its place in a list of marks, drawn or not
    showSymbol: isMarked === true || line.pointLabels !== undefined,
    symbolSize: line.evaluation ? (line.mark ? 7 : 5) : 0,
    showAllSymbol: line.pointLabels !== undefined || undefined,
    itemStyle: { color: tokens.colour[line.colour], opacity: line.faint ? FAINT : 1 },
    label: pointLabel(line, tokens),
    lineStyle: lineStyle(line, tokens, { opacity: 1, thin: chart.crowded }),
    z: line.evaluation ? 4 : 3,
  };
  if (!smoothed || chart.crowded) return [...band, main];
  return [
    ...band,
    {
      ...base,
      id: `${id}, raw`,
      data: onAxes(line.points, chart),
      symbol: 'none',
      showSymbol: false,
      lineStyle: lineStyle(line, tokens, { opacity: 0.3 }),
      tooltip: { show: false },
      silent: true,
      z: 2,
    },
    main,
  ];
}

/** Zero as a solid line when it is in range, anchors dashed with their label: a series without data that only carries marks. */
function marks(chart: LineChart, tokens: ChartTokens) {
  const [low, high] = range(chart.lines);
  const ends = chart.lines.flatMap(({ points }) => points.slice(-1).map(([, y]) => y));
  const nearest = (gaps: readonly number[]) => Math.min(...gaps.filter((gap) => gap > 0));
  // the label stands on the side of its line where the nearest curve ends farther away
  const isBelow = (y: number) => nearest(ends.map((end) => end - y)) < nearest(ends.map((end) => y - end));
  const anchors = (chart.anchors ?? []).map(({ y, label }) => ({
    yAxis: y,
    lineStyle: { type: [4, 3], color: tokens.colour['text-3'], width: 1 },
    label: {
      show: true,
      formatter: label,
      position: isBelow(y) ? 'insideEndBottom' : 'insideEndTop',
      color: tokens.colour['text-3'],
      fontSize: AXIS_FONT,
    },
  }));
  const zero =
    low < 0 && high > 0 && !chart.logY
      ? [{ yAxis: 0, lineStyle: { type: 'solid', color: tokens.colour['text-3'], width: 1 }, label: { show: false } }]
      : [];
  const data = [...zero, ...anchors];
  return data.length === 0
    ? []
    : [
        {
          id: 'marks',
          type: 'line',
          data: [],
          silent: true,
          markLine: { symbol: 'none', silent: true, animation: false, data },
        },
      ];
}

/** Longest label decides the room at the right, within bounds. */
function rightRoom(chart: LineChart): number {
  if (!chart.endLabels) return 14;
  const longest = Math.max(0, ...chart.lines.map((line) => endNameOf(line).length));
  return Math.min(132, Math.max(56, 24 + longest * 7));
}

/** A round interval that puts about four ticks on an axis of this length: 1, 2 or 5 times a power of ten. */
export function roundInterval(length: number): number {
  const size = 10 ** Math.floor(Math.log10(length / 4));
  const factor = [1, 2, 5, 10].find((each) => each * size >= length / 4) ?? 10;
  return factor * size;
}

/** One way of writing for all labels of small numbers: 1.2e−3 beside 9e−4. */
const axisText = (value: number): string =>
  value !== 0 && Math.abs(value) < 0.01 ? compactSmall(value) : compact(value);

/** What is drawn in front of each line, where it has a place on the axes. */
const endsOf = (chart: LineChart) => chart.lines.map((line) => ({ line, points: onAxes(frontOf(line, chart), chart) }));

export function lineChartOption(chart: LineChart, tokens: ChartTokens): EChartsCoreOption {
  const length = chart.xMax !== undefined && chart.xMax > 0 ? chart.xMax : undefined;
  const step = length === undefined ? undefined : roundInterval(length);
  const endsOnTick = length === undefined || step === undefined ? undefined : length % step === 0;
  const axisLabel = { color: tokens.colour.axis, fontSize: AXIS_FONT, fontFamily: tokens.font };
  return {
    animation: false,
    backgroundColor: 'transparent',
    textStyle: { fontFamily: tokens.font, color: tokens.colour.text },
    grid: { left: 48, right: rightRoom(chart), top: 10, bottom: 36, containLabel: false, outerBoundsMode: 'none' },
    tooltip: tooltip(chart, tokens),
    dataZoom: [
      {
        type: 'inside',
        xAxisIndex: 0,
        zoomOnMouseWheel: 'ctrl',
        moveOnMouseWheel: false,
        filterMode: 'none',
      },
    ],
    xAxis: {
      type: chart.logX ? 'log' : 'value',
      name: chart.xName,
      nameLocation: 'middle',
      nameGap: 20,
      nameTextStyle: axisLabel,
      min: chart.logX ? undefined : 0,
      max: length,
      interval: chart.logX ? undefined : step,
      splitNumber: 4,
      splitLine: { show: false },
      axisLine: { show: true, onZero: false, lineStyle: { color: tokens.colour['line-strong'] } },
      axisTick: { show: true, length: 3, lineStyle: { color: tokens.colour['line-strong'] } },
      axisLabel: { ...axisLabel, margin: 5, hideOverlap: true, showMaxLabel: endsOnTick, formatter: axisText },
    },
    yAxis: {
      type: chart.logY ? 'log' : 'value',
      scale: !chart.fromZero,
      min: chart.fromZero && !chart.logY ? 0 : undefined,
      max: chart.toOne ? 1 : undefined,
      // quarters end at 1; the interval found by itself does not, and its last label meets that of the end
      interval: chart.toOne && !chart.logY ? 0.25 : undefined,
      splitNumber: 4,
      splitLine: { lineStyle: { color: tokens.colour.grid } },
      axisLine: { show: false },
      axisTick: { show: false },
      axisLabel: { ...axisLabel, formatter: axisText },
    },
    series: [
      ...chart.lines.flatMap((line) => seriesOf(line, chart, tokens)),
      ...marks(chart, tokens),
      ...(chart.endLabels ? endLabelSeries(endsOf(chart), tokens) : []),
    ],
  };
}

/** For screen readers: title, unit, and the last value of each line. */
export function chartLabel(title: string, chart: LineChart): string {
  const last = chart.lines.map((line) => {
    const value = line.points.findLast(([, y]) => Number.isFinite(y));
    return `${line.name} ${value ? compact(value[1]) : 'no value yet'}`;
  });
  return `${title}${chart.unit ? `, ${chart.unit}` : ''}. ${last.join(', ') || 'No values yet'}.`;
}
