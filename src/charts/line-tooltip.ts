/** The tooltip of a line chart: x, then mark, name, value and interval of each line, largest first. */
import type { ChartTokens } from './chart-tokens.ts';
import type { Band, LineChart } from './line-chart.ts';
import { compact } from './numbers.ts';
import type { Point } from './smoothing.ts';

interface TooltipItem {
  readonly seriesName: string;
  readonly value: Point;
}

/** Lines that a tooltip names; it says how many more there are. */
const MOST_LINES = 12;

/** Text of the tooltip: x, then mark, name and value of each line, largest first. */
function tooltipText(items: readonly TooltipItem[], chart: LineChart): string {
  if (items.length === 0) return '';
  const seen = new Map<string, number>();
  for (const item of items) seen.set(item.seriesName, item.value[1]); // the smoothed series comes after the raw one
  const x = items[0].value[0];
  const lines = [...seen]
    .sort((a, b) => b[1] - a[1])
    .map(([name, value]) => {
      const index = markIndex(chart, name);
      return `{m${index}|●} ${name}  {v|${compact(value)}}${intervalText(chart.lines[index]?.band, x)}`;
    });
  const more = lines.length - MOST_LINES;
  const named = more > 1 ? [...lines.slice(0, MOST_LINES), `{x|and ${more} more}`] : lines;
  const foot = [chart.unit, chart.smoothing > 0 ? `smoothed ${chart.smoothing.toFixed(2)}` : '']
    .filter(Boolean)
    .join(', ');
  return [`{x|${chart.xName} ${compact(x)}}`, ...named, ...(foot ? [`{x|${foot}}`] : [])].join('\n');
}

/** "  3.86 to 4.11" where the line has a band at x. */
function intervalText(band: Band | undefined, x: number): string {
  const at = band?.x.indexOf(x) ?? -1;
  return band && at >= 0 ? `  {x|${compact(band.low[at])} to ${compact(band.high[at])}}` : '';
}

const markIndex = (chart: LineChart, name: string) =>
  Math.max(
    0,
    chart.lines.findIndex((line) => line.name === name),
  );

/** Confined to the chart, drawn as text: the policy of the page allows no other. */
export function tooltip(chart: LineChart, tokens: ChartTokens) {
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
