/** Final values with intervals and their difference to a baseline, and the options in which the series differ. */
import { Select, Tooltip } from '@mantine/core';
import { useState } from 'react';
import { seriesTitle } from '../../../charts/compare-charts.ts';
import { compact, counted, fixed, MISSING, shown, signed } from '../../../charts/numbers.ts';
import { rowDecimals } from '../../../charts/row-decimals.ts';
import type { CompareRow, CompareSeries, CompareSet, CompareView } from '../../../preload/contract/index.ts';
import { MethodMark } from '../../components/labels.tsx';

const isShare = (row: CompareRow) => row.unit === 'share';

/** Shares in percent, whose sign stands beside the metric, all else with the row's decimals, or about four digits where it has none. */
function valueText(row: CompareRow, value: number | null): string {
  if (isShare(row)) return value === null ? MISSING : fixed(100 * value, 1);
  const decimals = rowDecimals(row);
  return decimals === null ? compact(value) : fixed(value, decimals);
}

function differenceText(row: CompareRow, value: number | null): string {
  if (value === null) return MISSING;
  if (isShare(row)) return signed(100 * value, 1);
  const decimals = rowDecimals(row);
  return decimals === null ? `${value > 0 ? '+' : ''}${compact(value)}` : signed(value, decimals);
}

/** Beside a minus a dash would be read as another one. */
const span = (low: number | null, high: number | null, text: (value: number) => string): string =>
  low === null || high === null ? '' : `${text(low)}${low < 0 ? ' to ' : '–'}${text(high)}`;

const differenceSpan = (low: number | null, high: number | null, text: (value: number) => string): string =>
  low === null || high === null ? '' : `${text(low)} to ${text(high)}`;

type Cell = CompareRow['cells'][number];

function ValueCell({ row, cell }: { row: CompareRow; cell: Cell }) {
  if (!cell) return <td className="end pl-3">{MISSING}</td>;
  return (
    <td className="end">
      <span className={cell.best ? 'pl-compare-best' : undefined}>{valueText(row, cell.value)}</span>{' '}
      <span className="pl-caption">{span(cell.low, cell.high, (value) => valueText(row, value))}</span>
      {cell.difference && (
        <span className="pl-compare-difference pl-caption">
          <span>{differenceText(row, cell.difference.value)}</span>{' '}
          <span>
            {differenceSpan(cell.difference.low, cell.difference.high, (value) => differenceText(row, value))}
          </span>
        </span>
      )}
    </td>
  );
}

const Head = ({ series }: { series: CompareSeries }) => (
  <th className="end">
    <MethodMark method={series.method} title={seriesTitle(series)} />
  </th>
);

export interface FinalTableProps {
  readonly set: CompareSet;
  readonly rows: readonly CompareRow[];
  readonly view: CompareView;
  readonly onView: (change: Partial<CompareView>) => void;
}

export function FinalTable({ set, rows, view, onView }: FinalTableProps) {
  const baseline = set.series.find(({ key }) => key === view.baseline) ?? set.series[set.series.length - 1];
  return (
    <section className="pl-card flush pl-compare-table" aria-label="Final values">
      <div className="pl-card-title">
        <h2>Final values</h2>
        <span className="pl-caption pl-grow">mean, 95% interval, difference to the baseline</span>
        <Select
          aria-label="Baseline"
          data={set.series.map((series) => ({ value: series.key, label: seriesTitle(series) }))}
          value={baseline.key}
          onChange={(key) => onView({ baseline: key })}
          w={190}
        />
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard */}
      <section className="pl-compare-scroll" tabIndex={0} aria-label="Final values, table">
        <table className="pl-table" aria-label="Final values">
          <thead>
            <tr>
              <th>Metric</th>
              {set.series.map((series) => (
                <Head key={series.key} series={series} />
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.id}>
                <th scope="row">
                  <Tooltip label={[row.metric, row.help].filter(Boolean).join('. ')} multiline w={320}>
                    <span>
                      {row.title} <span className="pl-caption">{isShare(row) ? '%' : row.unit}</span>
                    </span>
                  </Tooltip>
                </th>
                {row.cells.map((cell, i) => (
                  <ValueCell key={set.series[i].key} row={row} cell={cell} />
                ))}
              </tr>
            ))}
            {rows.length === 0 && (
              <tr>
                <td colSpan={1 + set.series.length} className="pl-2">
                  These runs have no values yet.
                </td>
              </tr>
            )}
          </tbody>
        </table>
      </section>
    </section>
  );
}

/** Options that are set differently, before those that only some methods have. */
function useDiffering(set: CompareSet) {
  const [all, setAll] = useState(false);
  const told = set.differing.filter(({ values }) => {
    const known = values.filter((value) => value !== null);
    return new Set(known.map((value) => JSON.stringify(value))).size > 1;
  });
  const rest = set.differing.filter((each) => !told.includes(each));
  return { shownOptions: all ? [...told, ...rest] : told, folded: all ? 0 : rest.length, unfold: () => setAll(true) };
}

export function ConfigDiff({ set }: { set: CompareSet }) {
  const { shownOptions, folded, unfold } = useDiffering(set);
  return (
    <section className="pl-card flush pl-compare-table" aria-label="Config">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard */}
      <section className="pl-compare-scroll" tabIndex={0} aria-label="Config, table">
        <table className="pl-table" aria-label="Options that differ">
          <thead>
            <tr>
              <th>
                Config, {set.differing.length} of {set.options} keys differ
              </th>
              {set.series.map((series) => (
                <th key={series.key}>
                  <MethodMark method={series.method} title={seriesTitle(series)} />
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {set.differing.length === 0 && (
              <tr>
                <td colSpan={1 + set.series.length} className="pl-2">
                  Every option but the seed is the same.
                </td>
              </tr>
            )}
            {shownOptions.map(({ key, values }) => (
              <tr key={key}>
                <th scope="row" className="pl-mono">
                  {key}
                </th>
                {values.map((value, i) => (
                  <td key={set.series[i].key} className="pl-mono">
                    {shown(value)}
                  </td>
                ))}
              </tr>
            ))}
            {folded > 0 && (
              <tr>
                <td colSpan={1 + set.series.length}>
                  <button type="button" className="pl-link" onClick={unfold}>
                    Show {counted(folded, 'key')} that only some of them have
                  </button>
                </td>
              </tr>
            )}
          </tbody>
        </table>
      </section>
    </section>
  );
}

const quote = (text: string) => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/** Every number of the table: value, interval and difference of each series. */
export function tableCsv(set: CompareSet, rows: readonly CompareRow[]): string {
  const parts = ['value', 'low', 'high', 'difference', 'difference_low', 'difference_high'] as const;
  const head = ['metric', 'unit', ...set.series.flatMap((each) => parts.map((part) => `${seriesTitle(each)} ${part}`))];
  const lines = rows.map((row) => [
    row.title,
    row.unit,
    ...row.cells.flatMap((cell) =>
      [cell?.value, cell?.low, cell?.high, cell?.difference?.value, cell?.difference?.low, cell?.difference?.high].map(
        (value) => (value == null ? '' : String(value)),
      ),
    ),
  ]);
  return [head, ...lines].map((line) => `${line.map(quote).join(',')}\n`).join('');
}
