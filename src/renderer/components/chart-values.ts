/** The values of a chart as rows and as CSV. */
import type { LineChart } from '../../charts/line-chart.ts';

/** Rows of a chart: x, then one value per line; a line without a value at x has none. */
export function chartRows(chart: LineChart): readonly (readonly [number, ...(number | undefined)[]])[] {
  const rows = new Map<number, (number | undefined)[]>();
  chart.lines.forEach((line, index) => {
    for (const [x, y] of line.points) {
      const row = rows.get(x) ?? new Array<number | undefined>(chart.lines.length).fill(undefined);
      row[index] = y;
      rows.set(x, row);
    }
  });
  return [...rows].sort((a, b) => a[0] - b[0]).map(([x, row]) => [x, ...row]);
}

const quote = (text: string) => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
const finite = (value: number | undefined) => (value !== undefined && Number.isFinite(value) ? String(value) : '');

export function chartCsv(chart: LineChart): string {
  const head = [chart.xName, ...chart.lines.map((line) => line.name)].map(quote).join(',');
  return `${[head, ...chartRows(chart).map((row) => row.map(finite).join(','))].join('\n')}\n`;
}
