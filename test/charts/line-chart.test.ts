/** Curves → option, without a DOM. */
import { describe, expect, it } from 'vitest';
import type { ChartTokens } from '../../src/charts/chart-tokens.ts';
import { placeApart } from '../../src/charts/end-labels.ts';
import { chartLabel, type LineChart, lineChartOption, roundInterval } from '../../src/charts/line-chart.ts';
import { smooth } from '../../src/charts/smoothing.ts';
import { chartCsv, chartRows } from '../../src/renderer/components/chart-values.ts';

const colour = new Proxy({}, { get: (_, name) => `#${String(name)}` }) as ChartTokens['colour'];
const tokens: ChartTokens = { colour, font: 'sans', band: 0.16 };

const chart: LineChart = {
  lines: [
    {
      name: 'chosen',
      colour: 'chosen-fill',
      points: [
        [1, 0.5],
        [2, -0.25],
      ],
    },
    {
      name: 'rejected',
      colour: 'rejected-fill',
      dash: 'rejected',
      points: [
        [1, -1],
        [3, -2],
      ],
    },
  ],
  xName: 'step',
  xMax: 420,
  unit: 'nats',
  smoothing: 0.6,
};

interface Series {
  readonly id: string;
  readonly data: unknown;
  readonly lineStyle?: { readonly color: string; readonly type: unknown; readonly opacity: number };
  readonly markLine?: { readonly data: readonly { readonly yAxis: number }[] };
}
const seriesOf = (of: LineChart) => lineChartOption(of, tokens).series as readonly Series[];

describe('an option', () => {
  it('has the raw line faint behind the smoothed one, rejected dashed, and zero where it is in range', () => {
    const series = seriesOf(chart);
    expect(series.map(({ id }) => id)).toEqual(['chosen, raw', 'chosen', 'rejected, raw', 'rejected', 'marks']);
    expect(series[0].data).toBe(chart.lines[0].points);
    expect(series[1].data).toEqual(smooth(chart.lines[0].points, 0.6));
    expect(series[0].lineStyle?.opacity).toBe(0.3);
    expect(series[3].lineStyle).toMatchObject({ color: '#rejected-fill', type: [5, 3] });
    expect(series[4].markLine?.data.map(({ yAxis }) => yAxis)).toEqual([0]);
  });

  it('has names at the ends of its lines, drawn by a series of their own that stretches no axis', () => {
    const named = seriesOf({ ...chart, endLabels: true }).find(({ id }) => id === 'names');
    expect(named?.data).toEqual(chart.lines.map(({ points }) => smooth(points, 0.6).at(-1)));
    expect(seriesOf(chart).some(({ id }) => id === 'names')).toBe(false);
  });

  it('has whiskers where points have intervals, in one direction or both', () => {
    const of: LineChart = {
      ...chart,
      lines: [
        {
          ...chart.lines[0],
          whiskers: [
            { x: [0.5, 1.5], y: [0, 1] },
            { x: null, y: [-1, 0] },
          ],
        },
      ],
    };
    const whiskers = seriesOf(of).find(({ id }) => id === 'chosen, intervals');
    expect(whiskers?.data).toEqual([
      [1, 0.5, 0.5, 1.5, 0, 1],
      [2, -0.25, 2, 2, -1, 0],
    ]);
    const none: LineChart = { ...of, lines: [{ ...chart.lines[0], whiskers: [{ x: null, y: null }] }] };
    expect(seriesOf(none).some(({ id }) => id === 'chosen, intervals')).toBe(false);
  });

  it('never smooths evaluation', () => {
    const evaluation: LineChart = { ...chart, lines: [{ ...chart.lines[0], evaluation: true }] };
    expect(seriesOf(evaluation)[0].data).toBe(chart.lines[0].points);
  });

  it('does not animate, spans the whole run, and writes tooltips without HTML', () => {
    expect(lineChartOption(chart, tokens)).toMatchObject({
      animation: false,
      xAxis: { min: 0, max: 420, interval: 200, axisLabel: { showMaxLabel: false } },
      tooltip: { renderMode: 'richText' },
    });
    expect(lineChartOption({ ...chart, xMax: 400 }, tokens)).toMatchObject({
      xAxis: { axisLabel: { showMaxLabel: true } },
    });
  });

  it("writes an anchor's label on the side where the nearest curve ends farther away", () => {
    const positionOf = (y: number) => {
      const data = seriesOf({ ...chart, anchors: [{ y, label: 'chance' }] }).at(-1)?.markLine?.data as readonly {
        readonly label?: { readonly position?: string; readonly formatter?: string };
      }[];
      return data.find(({ label }) => label?.formatter === 'chance')?.label?.position;
    };
    // the curves end at −0.25 and −2
    expect(positionOf(-0.5)).toBe('insideEndBottom');
    expect(positionOf(-1.5)).toBe('insideEndTop');
    expect(positionOf(1)).toBe('insideEndTop');
    expect(positionOf(-3)).toBe('insideEndBottom');
  });

  it('has an analytic anchor as a dashed line with its label', () => {
    const anchored = seriesOf({ ...chart, anchors: [{ y: Math.LN2, label: 'ln 2, start' }] });
    expect(anchored.at(-1)?.markLine?.data).toContainEqual(
      expect.objectContaining({ yAxis: Math.LN2, label: expect.objectContaining({ formatter: 'ln 2, start' }) }),
    );
  });

  it('is made of nothing but axes when there are no values yet', () => {
    const empty = seriesOf({ ...chart, lines: [{ ...chart.lines[0], points: [] }] });
    expect(empty.map(({ data }) => data)).toEqual([[], []]);
  });

  it('is told to a screen reader with its last values', () => {
    expect(chartLabel('rewards', chart)).toBe('rewards, nats. chosen −0.25, rejected −2.');
    expect(chartLabel('rewards', { ...chart, lines: [] })).toBe('rewards, nats. No values yet.');
  });
});

describe('places of names', () => {
  it.each([
    ['stay where they are apart', [10, 40, 80], [10, 40, 80]],
    ['share the way to their mean', [50, 52], [44.5, 57.5]],
    ['push in chains', [50, 50, 60], [53.33 - 13, 53.33, 53.33 + 13]],
    ['keep within the plot above', [0, 1], [0, 13]],
    ['and below', [99, 100], [87, 100]],
    [
      'begin at the top where there is no room for all',
      Array.from({ length: 12 }, () => 50),
      Array.from({ length: 12 }, (_, i) => 13 * i),
    ],
  ])('%s', (_name, wanted, places) => {
    const found = placeApart(wanted, 13, 0, 100);
    expect(found).toEqual(places.map((place) => expect.closeTo(place, 1)));
  });
});

describe('intervals of an axis', () => {
  it.each([
    [60, 20],
    [100, 50],
    [120, 50],
    [420, 200],
    [10_000, 5000],
    [3, 1],
  ])('of length %i: %i', (length, interval) => {
    expect(roundInterval(length)).toBe(interval);
  });
});

describe('smoothing', () => {
  it('is an average with weights 1, a, a² …: the first value stands as it is', () => {
    const [first, second, third] = smooth(
      [
        [0, 4],
        [1, 0],
        [2, 1],
      ],
      0.5,
    );
    expect(first).toEqual([0, 4]);
    expect(second[1]).toBeCloseTo((0 + 0.5 * 4) / 1.5, 12);
    expect(third[1]).toBeCloseTo((1 + 0.5 * 0 + 0.25 * 4) / 1.75, 12);
  });

  it('leaves a constant alone, and a strength of 0 everything', () => {
    const constant = [0, 1, 2, 3].map((x) => [x, 7] as const);
    for (const [, y] of smooth(constant, 0.95)) expect(y).toBeCloseTo(7, 12);
    expect(smooth(constant, 0)).toBe(constant);
  });

  it('skips what is not a number', () => {
    expect(
      smooth(
        [
          [0, 1],
          [1, Number.NaN],
          [2, 1],
        ],
        0.9,
      ).map(([x]) => x),
    ).toEqual([0, 2]);
  });
});

describe('values of a chart', () => {
  it('are rows by x', () => {
    expect(chartRows(chart)).toEqual([
      [1, 0.5, -1],
      [2, -0.25, undefined],
      [3, undefined, -2],
    ]);
  });

  it('are CSV with full numbers', () => {
    expect(chartCsv(chart)).toBe('step,chosen,rejected\n1,0.5,-1\n2,-0.25,\n3,,-2\n');
    const odd = { ...chart, lines: [{ ...chart.lines[0], name: 'a, "b"' }] };
    expect(chartCsv(odd).split('\n')[0]).toBe('step,"a, ""b"""');
  });
});
