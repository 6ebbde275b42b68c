/** A chart with its title, unit and menu: its values as a table, and as PNG, SVG or CSV. */
import { ActionIcon, Menu, Modal, Tooltip } from '@mantine/core';
import { IconDots, IconDownload, IconTable } from '@tabler/icons-react';
import { type RefObject, useMemo, useRef, useState } from 'react';
import { chartLabel, type LineChart, lineChartOption } from '../../charts/line-chart.ts';
import { compact, whole } from '../../charts/numbers.ts';
import { Chart, type ChartHandle } from '../charts/chart.tsx';
import { useTokens } from '../theme/tokens.ts';
import { Card } from './card.tsx';
import { chartCsv, chartRows } from './chart-values.ts';
import { fileName, saveFile } from './save-file.ts';

const MOST_ROWS = 500;

function ValueTable({ chart }: { chart: LineChart }) {
  const all = chartRows(chart);
  const rows = all.slice(-MOST_ROWS);
  return (
    <>
      {all.length > rows.length && (
        <p className="pl-caption">
          The last {whole(rows.length)} of {whole(all.length)} rows. CSV has them all.
        </p>
      )}
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
    </>
  );
}

interface ChartMenuProps {
  readonly title: string;
  readonly chart: LineChart;
  readonly handle: RefObject<ChartHandle | null>;
  readonly onTable: () => void;
}

function ChartMenu({ title, chart, handle, onTable }: ChartMenuProps) {
  const download = <IconDownload size={16} stroke={1.6} />;
  const savePng = () => handle.current?.png().then((blob) => saveFile(fileName(title, 'png'), blob, 'image/png'));
  const saveSvg = () => saveFile(fileName(title, 'svg'), handle.current?.svg() ?? '', 'image/svg+xml');
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon className="pl-chart-menu" size={24} aria-label={`Options of ${title}`}>
          <IconDots />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item leftSection={<IconTable size={16} stroke={1.6} />} onClick={onTable}>
          View as table
        </Menu.Item>
        <Menu.Item leftSection={download} onClick={savePng}>
          Save as PNG
        </Menu.Item>
        <Menu.Item leftSection={download} onClick={saveSvg}>
          Save as SVG
        </Menu.Item>
        <Menu.Item leftSection={download} onClick={() => saveFile(fileName(title, 'csv'), chartCsv(chart), 'text/csv')}>
          Save as CSV
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

export interface MetricChartProps {
  readonly title: string;
  readonly chart: LineChart;
  readonly height: number;
  /** Formula and how to read it. */
  readonly help?: string;
  /** Charts of one group share their pointer. */
  readonly group?: string;
  /** Charts of one zoom group show the same part of their axis. */
  readonly zoomGroup?: string;
  /** Which part of the x axis is shown, as percent of it; null: all. */
  readonly onWindow?: (part: readonly [number, number] | null) => void;
  /** Without a card and menu: where another card holds it. */
  readonly bare?: boolean;
}

export function MetricChart(props: MetricChartProps) {
  const { title, chart, height, help, group, zoomGroup, onWindow, bare } = props;
  const tokens = useTokens();
  /** null: it was never asked for, and is not there. */
  const [table, setTable] = useState<boolean | null>(null);
  const handle = useRef<ChartHandle>(null);
  const option = useMemo(() => lineChartOption(chart, tokens), [chart, tokens]);
  const drawn = (
    <Chart
      option={option}
      label={chartLabel(title, chart)}
      description={help}
      height={height}
      group={group}
      handle={handle}
      zoomGroup={zoomGroup}
      onWindow={onWindow}
      onOpen={() => setTable(true)}
    />
  );
  const values = table !== null && (
    <Modal opened={table} onClose={() => setTable(false)} title={title} size={640}>
      {help && <p className="pl-2">{help}</p>}
      <ValueTable chart={chart} />
    </Modal>
  );
  if (bare)
    return (
      <div>
        <p className="pl-card-title">
          <span className="pl-strong">{title}</span>
          <span className="pl-caption">{chart.unit}</span>
        </p>
        {drawn}
        {values}
      </div>
    );
  const name = help ? (
    <Tooltip label={help}>
      <span>{title}</span>
    </Tooltip>
  ) : (
    title
  );
  return (
    <Card
      title={name}
      note={chart.unit}
      action={<ChartMenu title={title} chart={chart} handle={handle} onTable={() => setTable(true)} />}
    >
      {drawn}
      {values}
    </Card>
  );
}
