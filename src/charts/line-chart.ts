/** Curves → ECharts option. Pure: colours come in, an object goes out. */
import type { EChartsCoreOption } from 'echarts/core';
import type { ChartTokens, ColourName } from './chart-tokens.ts';
import type { MarkShape } from './method-looks.ts';
import { compact, compactSmall } from './numbers.ts';
import { type Point, smooth } from './smoothing.ts';

export interface Line {
  readonly name: string;
  readonly colour: ColourName;
  /** variant: another method of the same colour. */
  readonly dash?: 'rejected' | 'reference' | 'variant';
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
  /** Names at the ends of the lines; off where a legend stands beside. */
  readonly endLabels?: boolean;
}

const DASHES = { rejected: [5, 3], reference: [4, 3], variant: [2, 2] } as const;
const SYMBOLS: Readonly<Record<MarkShape, string>> = {
  square: 'rect',
  diamond: 'diamond',
  circle: 'circle',
  triangle: 'triangle',
};
const AXIS_FONT = 11;

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

function lineStyle(line: Line, tokens: ChartTokens, opacity: number) {
  return {
    color: tokens.colour[line.colour],
    width: opacity < 1 ? 1 : 1.75,
    opacity: line.dots ? 0 : opacity,
    type: line.dash ? DASHES[line.dash] : 'solid',
  };
}

/** What is drawn in front: the smoothed curve, or the values themselves. */
const frontOf = (line: Line, { smoothing }: LineChart): readonly Point[] =>
  smoothing > 0 && !line.evaluation ? smooth(line.means ?? line.points, smoothing) : line.points;

/** The names of two lines that end close together: the upper one's stands above its end, the lower one's below. */
function endAlign(line: Line, chart: LineChart): 'bottom' | 'top' | undefined {
  if (chart.lines.length !== 2) return undefined;
  const [first, second] = chart.lines.map((each) => frontOf(each, chart).at(-1)?.[1] ?? 0);
  const isUpper = line === chart.lines[0] ? first >= second : second > first;
  return isUpper ? 'bottom' : 'top';
}

const endNameOf = ({ name, endName }: Line): string => endName ?? name;

/** The raw line behind, and the smoothed one in front of it. */
function seriesOf(line: Line, chart: LineChart, tokens: ChartTokens) {
  const smoothed = chart.smoothing > 0 && !line.evaluation;
  const front = frontOf(line, chart);
  const base = { type: 'line', name: line.name, animation: false, sampling: 'lttb', emphasis: { disabled: true } };
  const id = `${line.name}${line.evaluation ? ' (evaluation)' : ''}`;
  const end = {
    show: chart.endLabels === true && front.length > 0,
    // a line with marks of its own ends in one
    formatter: line.mark ? endNameOf(line) : `{mark|●} ${endNameOf(line)}`,
    color: tokens.colour.text,
    fontSize: AXIS_FONT,
    fontFamily: tokens.font,
    distance: 5,
    verticalAlign: endAlign(line, chart),
    rich: { mark: { color: tokens.colour[line.colour], fontSize: 10 } },
  };
  const main = {
    ...base,
    id,
    data: front,
    symbol: line.evaluation ? SYMBOLS[line.mark ?? 'circle'] : 'none',
    symbolSize: line.evaluation ? (line.mark ? 7 : 5) : 0,
    itemStyle: { color: tokens.colour[line.colour] },
    lineStyle: lineStyle(line, tokens, 1),
    endLabel: end,
    labelLayout: { moveOverlap: 'shiftY' },
    z: line.evaluation ? 4 : 3,
  };
  if (!smoothed) return [main];
  return [
    {
      ...base,
      id: `${id}, raw`,
      data: line.points,
      symbol: 'none',
      lineStyle: lineStyle(line, tokens, 0.3),
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
  const anchors = (chart.anchors ?? []).map(({ y, label }) => ({
    yAxis: y,
    lineStyle: { type: [4, 3], color: tokens.colour['text-3'], width: 1 },
    label: {
      show: true,
      formatter: label,
      position: 'insideEndTop',
      color: tokens.colour['text-3'],
      fontSize: AXIS_FONT,
    },
  }));
  const zero =
    low < 0 && high > 0
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

interface TooltipItem {
  readonly seriesName: string;
  readonly seriesIndex: number;
  readonly value: Point;
}

/** Text of the tooltip: x, then mark, name and value of each line, largest first. */
function tooltipText(items: readonly TooltipItem[], chart: LineChart): string {
  if (items.length === 0) return '';
  const seen = new Map<string, number>();
  for (const item of items) seen.set(item.seriesName, item.value[1]); // the smoothed series comes after the raw one
  const lines = [...seen]
    .sort((a, b) => b[1] - a[1])
    .map(([name, value]) => `{m${markIndex(chart, name)}|●} ${name}  {v|${compact(value)}}`);
  const foot = [chart.unit, chart.smoothing > 0 ? `smoothed ${chart.smoothing.toFixed(2)}` : '']
    .filter(Boolean)
    .join(', ');
  return [`{x|${chart.xName} ${compact(items[0].value[0])}}`, ...lines, ...(foot ? [`{x|${foot}}`] : [])].join('\n');
}

const markIndex = (chart: LineChart, name: string) =>
  Math.max(
    0,
    chart.lines.findIndex((line) => line.name === name),
  );

function tooltip(chart: LineChart, tokens: ChartTokens) {
  const rich = Object.fromEntries(
    chart.lines.map((line, i) => [`m${i}`, { color: tokens.colour[line.colour], fontSize: 10 }]),
  );
  return {
    trigger: 'axis',
    renderMode: 'richText',
    confine: true,
    transitionDuration: 0,
    backgroundColor: tokens.colour.surface,
    borderColor: tokens.colour['line-strong'],
    borderWidth: 1,
    padding: [6, 9],
    textStyle: {
      color: tokens.colour.text,
      fontSize: 12,
      fontFamily: tokens.font,
      lineHeight: 17,
      rich: { ...rich, x: { color: tokens.colour['text-3'], fontSize: 11 }, v: { fontWeight: 600 } },
    },
    axisPointer: { type: 'line', lineStyle: { color: tokens.colour['line-strong'], width: 1, type: 'solid' } },
    formatter: (items: readonly TooltipItem[]) => tooltipText(items, chart),
  };
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

export function lineChartOption(chart: LineChart, tokens: ChartTokens): EChartsCoreOption {
  const length = chart.xMax !== undefined && chart.xMax > 0 ? chart.xMax : undefined;
  const step = length === undefined ? undefined : roundInterval(length);
  const endsOnTick = length === undefined || step === undefined ? undefined : length % step === 0;
  const axisLabel = { color: tokens.colour.axis, fontSize: AXIS_FONT, fontFamily: tokens.font };
  return {
    animation: false,
    backgroundColor: 'transparent',
    textStyle: { fontFamily: tokens.font, color: tokens.colour.text },
    grid: { left: 48, right: rightRoom(chart), top: 10, bottom: 32, containLabel: false, outerBoundsMode: 'none' },
    tooltip: tooltip(chart, tokens),
    dataZoom: [
      { type: 'inside', xAxisIndex: 0, zoomOnMouseWheel: 'ctrl', moveOnMouseWheel: false, filterMode: 'none' },
    ],
    xAxis: {
      type: 'value',
      name: chart.xName,
      nameLocation: 'middle',
      nameGap: 18,
      nameTextStyle: axisLabel,
      min: 0,
      max: length,
      interval: step,
      splitNumber: 4,
      splitLine: { show: false },
      axisLine: { show: true, onZero: false, lineStyle: { color: tokens.colour['line-strong'] } },
      axisTick: { show: true, length: 3, lineStyle: { color: tokens.colour['line-strong'] } },
      axisLabel: { ...axisLabel, hideOverlap: true, showMaxLabel: endsOnTick, formatter: axisText },
    },
    yAxis: {
      type: 'value',
      scale: !chart.fromZero,
      min: chart.fromZero ? 0 : undefined,
      max: chart.toOne ? 1 : undefined,
      // quarters end at 1; the interval found by itself does not, and its last label meets that of the end
      interval: chart.toOne ? 0.25 : undefined,
      splitNumber: 4,
      splitLine: { lineStyle: { color: tokens.colour.grid } },
      axisLine: { show: false },
      axisTick: { show: false },
      axisLabel: { ...axisLabel, formatter: axisText },
    },
    series: [...chart.lines.flatMap((line) => seriesOf(line, chart, tokens)), ...marks(chart, tokens)],
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
