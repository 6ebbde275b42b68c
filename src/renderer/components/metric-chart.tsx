/** A chart with its title, unit and menu: PNG of the canvas is left to the browser; the values are there as a table and as CSV. */
import { ActionIcon, Menu, Modal } from '@mantine/core';
import { IconDots, IconDownload, IconTable } from '@tabler/icons-react';
import { useMemo, useState } from 'react';
import { Chart } from '../charts/chart.tsx';
import { chartLabel, type LineChart, lineChartOption } from '../charts/line-chart.ts';
import { compact } from '../numbers.ts';
import { useTokens } from '../theme/tokens.ts';
import { Card } from './card.tsx';

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

export function chartCsv(chart: LineChart): string {
  const quote = (text: string) => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  const head = [chart.xName, ...chart.lines.map((line) => line.name)].map(quote).join(',');
  const finite = (value: number | undefined) => (value !== undefined && Number.isFinite(value) ? String(value) : '');
  return `${[head, ...chartRows(chart).map((row) => row.map(finite).join(','))].join('\n')}\n`;
}

function save(name: string, text: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([text], { type: 'text/csv' }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

const MOST_ROWS = 500;

function ValueTable({ chart }: { chart: LineChart }) {
  const rows = chartRows(chart).slice(-MOST_ROWS);
  return (
    <table className="pl-table dense">
      <thead>
        <tr>
          <th>{chart.xName}</th>
          {chart.lines.map((line) => (
            <th key={line.name} className="end">
              {line.name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map(([x, ...values]) => (
          <tr key={x}>
            <td>{compact(x)}</td>
            {values.map((value, index) => (
              <td key={chart.lines[index].name} className="end">
                {compact(value)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

export interface MetricChartProps {
  readonly title: string;
  readonly chart: LineChart;
  readonly height: number;
  /** Without a card and menu: where another card holds it. */
  readonly bare?: boolean;
}

export function MetricChart({ title, chart, height, bare }: MetricChartProps) {
  const tokens = useTokens();
  const [table, setTable] = useState(false);
  const option = useMemo(() => lineChartOption(chart, tokens), [chart, tokens]);
  const drawn = <Chart option={option} label={chartLabel(title, chart)} height={height} />;
  if (bare)
    return (
      <div>
        <p className="pl-card-title">
          <span className="pl-strong">{title}</span>
          <span className="pl-caption">{chart.unit}</span>
        </p>
        {drawn}
      </div>
    );
  const menu = (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon className="pl-chart-menu" size={24} aria-label={`Options of ${title}`}>
          <IconDots />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item leftSection={<IconTable size={16} />} onClick={() => setTable(true)}>
          View as table
        </Menu.Item>
        <Menu.Item
          leftSection={<IconDownload size={16} />}
          onClick={() => save(`${title.replaceAll(/[^\w-]+/g, '-')}.csv`, chartCsv(chart))}
        >
          Save as CSV
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
  return (
    <Card title={title} note={chart.unit} action={menu}>
      {drawn}
      <Modal opened={table} onClose={() => setTable(false)} title={title} size={640}>
        <ValueTable chart={chart} />
      </Modal>
    </Card>
  );
}
