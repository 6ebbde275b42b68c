/** The curves of a comparison: coarse ones of the whole, finer ones of the part that is looked at. */
import { useEffect, useMemo, useRef, useState } from 'react';
import type { CompareCurves, CompareLine, CompareView } from '../../../preload/contract/index.ts';
import { useCall } from '../../host.ts';

export type Range = readonly [number, number];

/** Points that all lines of a chart have together: more take longer to pan than a frame lasts. */
const POINTS_PER_CHART = 5000;
const MOST_PER_LINE = 800;
const LEAST_PER_LINE = 60;

/** How many values of a line a chart of this width and number of lines is given. */
export const pointsPerLine = (lines: number, width: number): number =>
  Math.round(
    Math.min(2 * width, MOST_PER_LINE, Math.max(LEAST_PER_LINE, Math.floor(POINTS_PER_CHART / Math.max(1, lines)))),
  );

type Numbers = readonly number[];

/** The whole line, with its part in the range in more detail. */
export function withDetail(whole: CompareLine, detail: CompareLine | undefined): CompareLine {
  if (!detail || detail.x.length === 0) return whole;
  const [first, last] = [detail.x[0], detail.x[detail.x.length - 1]];
  const before = whole.x.filter((x) => x < first).length;
  const after = whole.x.filter((x) => x <= last).length;
  const joined = (outer: Numbers, inner: Numbers) => [...outer.slice(0, before), ...inner, ...outer.slice(after)];
  return {
    ...whole,
    x: joined(whole.x, detail.x),
    mean: joined(whole.mean, detail.mean),
    low: joined(whole.low, detail.low),
    high: joined(whole.high, detail.high),
  };
}

function merged(whole: CompareCurves, detail: CompareCurves | undefined): CompareCurves['charts'] {
  if (!detail) return whole.charts;
  return whole.charts.map((chart) => {
    const fine = detail.charts.find(({ metric }) => metric === chart.metric);
    const lineOf = (key: string) => fine?.lines.find(({ series }) => series === key);
    return { ...chart, lines: chart.lines.map((line) => withDetail(line, lineOf(line.series))) };
  });
}

/** Half the window's width beyond each end, so that a small move needs nothing new. */
const around = ([from, to]: Range): [number, number] => [from - (to - from) / 2, to + (to - from) / 2];

/** After this long without a move the part in view is asked for. */
const SETTLE_MS = 250;

export interface CurvesRequest {
  readonly view: CompareView;
  readonly metrics: readonly string[];
  readonly series: number;
  readonly width: number;
}

export function useCompareCurves({ view, metrics, series, width }: CurvesRequest) {
  const { runs, axis, band } = view;
  const maxPoints = pointsPerLine(series, width);
  const input = { runs: [...runs], metrics: [...metrics], axis, band, maxPoints };
  const whole = useCall('compare.curves', input, { enabled: metrics.length > 0, keep: true });
  const [range, setRange] = useState<Range | null>(null);
  // another axis has other places
  // biome-ignore lint/correctness/useExhaustiveDependencies: the axis alone is a reason
  useEffect(() => setRange(null), [axis]);
  const isCut = whole.data?.charts.some(({ lines }) => lines.some(({ x }) => x.length > 0.8 * maxPoints)) ?? false;
  const detail = useCall(
    'compare.curves',
    { ...input, range: range && around(range) },
    { enabled: range !== null && isCut && axis !== 'KL', keep: true },
  );
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const onWindow = (next: Range | null) => {
    clearTimeout(timer.current);
    timer.current = setTimeout(() => setRange(next), SETTLE_MS);
  };
  const charts = useMemo(
    () => (whole.data ? merged(whole.data, range ? detail.data : undefined) : []),
    [whole.data, detail.data, range],
  );
  const xMax = useMemo(
    () => Math.max(0, ...(whole.data?.charts ?? []).flatMap(({ lines }) => lines.map(({ x }) => x.at(-1) ?? 0))),
    [whole.data],
  );
  return { whole, charts, xMax, range, onWindow };
}
