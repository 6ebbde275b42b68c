/** A sweep as parallel coordinates: one line a series, from its options to where it ended. */
import type { EChartsCoreOption } from 'echarts/core';
import type { CompareRow, CompareSet } from '../preload/contract/index.ts';
import type { ChartTokens } from './chart-tokens.ts';
import { seriesLooks, seriesTitle } from './compare-charts.ts';
import { DASHES } from './line-chart.ts';
import { compact, compactSmall, shown } from './numbers.ts';

export interface ParallelAxis {
  readonly name: string;
  readonly kind: 'value' | 'log' | 'category';
  /** One a series, in the order of the set; null: this series has none. */
  readonly values: readonly (number | string | null)[];
}

/** Options that are drawn: more cannot be read beside each other. */
const MOST_OPTIONS = 5;
/** Values of an option that spread farther than this stand on a logarithmic axis. */
const DECADE = 10;
/** What a sweep is looked at for, by the id of the table's row. */
const REWARDS = ['gold', 'sample-reward', 'score'];
const ENDS = ['kl', 'length'];

const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);

function optionAxis({ key, values }: CompareSet['differing'][number]): ParallelAxis {
  const known = values.filter((value) => value !== null);
  if (!known.every(isNumber))
    return { name: key, kind: 'category', values: values.map((value) => (value === null ? null : shown(value))) };
  const [low, high] = [Math.min(...known), Math.max(...known)];
  const kind = low > 0 && high / low >= DECADE ? 'log' : 'value';
  return { name: key, kind, values: values.map((value) => (isNumber(value) ? value : null)) };
}

/** Options with several values within a method, then final values; empty where nothing was swept. */
export function parallelAxes(set: CompareSet, rows: readonly CompareRow[]): ParallelAxis[] {
  const swept = set.differing.filter(({ key, values }) => {
    const known = values.filter((value) => value !== null);
    const inMethod = set.series.some(({ apart }) => apart.some(([option]) => option === key));
    return inMethod && new Set(known.map((value) => JSON.stringify(value))).size > 1;
  });
  if (swept.length === 0 || set.series.length < 3) return [];
  const reward = REWARDS.map((id) => rows.find((row) => row.id === id)).find((row) => row !== undefined);
  const ends = [...(reward ? [reward] : []), ...ENDS.flatMap((id) => rows.filter((row) => row.id === id))];
  return [
    ...swept.slice(0, MOST_OPTIONS).map(optionAxis),
    ...ends.map(
      (row): ParallelAxis => ({
        name: row.unit ? `${row.title}, ${row.unit}` : row.title,
        kind: 'value',
        values: row.cells.map((cell) => cell?.value ?? null),
      }),
    ),
  ];
}

const FONT = 11;
/** px that all names may take together, on a narrow page. */
const NAMES_WIDTH = 840;
const axisText = (value: number): string =>
  value !== 0 && Math.abs(value) < 0.01 ? compactSmall(value) : compact(value);

/** Null where there is nothing to draw. */
export function parallelOption(
  axes: readonly ParallelAxis[],
  set: CompareSet,
  { hidden, focus }: { readonly hidden: readonly string[]; readonly focus: string | null },
  tokens: ChartTokens,
): EChartsCoreOption {
  const looks = seriesLooks(set.series);
  const text = { color: tokens.colour.axis, fontSize: FONT, fontFamily: tokens.font };
  return {
    animation: false,
    backgroundColor: 'transparent',
    textStyle: { fontFamily: tokens.font, color: tokens.colour.text },
    parallel: { left: 60, right: 84, top: 30, bottom: 14, axisExpandable: false },
    parallelAxis: axes.map(({ name, kind, values }, dim) => ({
      dim,
      name,
      type: kind,
      nameLocation: 'end',
      nameGap: 12,
      nameTextStyle: { ...text, color: tokens.colour['text-2'] },
      nameTruncate: { maxWidth: NAMES_WIDTH / axes.length, ellipsis: '…' },
      scale: true,
      ...(kind === 'category' ? { data: [...new Set(values.filter((value) => value !== null))] } : {}),
      splitNumber: 4,
      axisLine: { lineStyle: { color: tokens.colour['line-strong'] } },
      axisTick: { length: 3, lineStyle: { color: tokens.colour['line-strong'] } },
      axisLabel: { ...text, ...(kind === 'category' ? {} : { formatter: axisText }) },
      areaSelectStyle: {
        width: 16,
        color: tokens.colour.accent,
        borderColor: tokens.colour.accent,
        borderWidth: 1,
        opacity: 0.16,
      },
    })),
    series: set.series.flatMap((each, i) => {
      const look = looks.get(each.key);
      if (!look || hidden.includes(each.key)) return [];
      return [
        {
          id: each.key,
          type: 'parallel',
          name: seriesTitle(each),
          animation: false,
          smooth: false,
          data: [axes.map(({ values }) => values[i] ?? '-')],
          inactiveOpacity: 0.08,
          lineStyle: {
            color: tokens.colour[look.colour],
            width: 1.75,
            opacity: focus !== null && focus !== each.key ? 0.2 : 1,
            type: look.dash ? DASHES[look.dash] : 'solid',
          },
        },
      ];
    }),
  };
}

/** For screen readers: each series with its values. */
export function parallelLabel(axes: readonly ParallelAxis[], set: CompareSet): string {
  const lines = set.series.map((each, i) => {
    const values = axes.map(({ name, values: own }) => {
      const value = own[i];
      return `${name} ${typeof value === 'number' ? axisText(value) : (value ?? 'none')}`;
    });
    return `${seriesTitle(each)}: ${values.join(', ')}`;
  });
  return `Sweep, one line a series. ${lines.join('. ')}.`;
}
