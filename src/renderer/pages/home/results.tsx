/** Last results: each comparison as win, tie and loss with its interval. */

import { fixed, percent, whole } from '../../../charts/numbers.ts';
import type { ComparisonRow } from '../../../preload/contract/index.ts';
import { Card } from '../../components/card.tsx';
import { Legend, WinTieLoss } from '../../components/figures.tsx';
import { SkeletonLines } from '../../components/states.tsx';
import { useCall } from '../../host.ts';

const MOST = 4;

function ResultRow({ row, sameModels }: { row: ComparisonRow; sameModels: boolean }) {
  return (
    <tr>
      <td className="pl-strong cut" title={`${row.a} against ${row.b}`}>
        {sameModels ? row.task : `${row.a} against ${row.b}`}
      </td>
      <td className="end pl-2">{whole(row.n)}</td>
      <td className="pl-home-bar">
        <WinTieLoss win={row.win} tie={row.tie} loss={row.loss} />
      </td>
      <td className="end">{percent(row.win / row.n)}</td>
      <td className="end">{percent(row.tie / row.n)}</td>
      <td className="end">{percent(row.loss / row.n)}</td>
      <td className="end">
        <span className="pl-strong">{percent(row.winRate)}</span>{' '}
        <span className="pl-caption">
          {fixed(100 * row.interval[0], 1)}–{fixed(100 * row.interval[1], 1)}
        </span>
      </td>
      <td className="end">
        {fixed(row.meanRewardA, 2)} <span className="pl-3">vs {fixed(row.meanRewardB, 2)}</span>
      </td>
    </tr>
  );
}

function ResultTable({ rows }: { rows: readonly ComparisonRow[] }) {
  const sameModels = rows.every((row) => row.a === rows[0].a && row.b === rows[0].b);
  return (
    <table className="pl-table plain" aria-label="Last results">
      <thead>
        <tr>
          <th style={{ width: '22%' }}>{sameModels ? 'Task' : 'Models'}</th>
          <th className="end">n</th>
          <th className="pl-home-bar">win · tie · loss</th>
          <th className="end">Win</th>
          <th className="end">Tie</th>
          <th className="end">Loss</th>
          <th className="end">Win rate, 95% interval</th>
          <th className="end">Mean gold</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <ResultRow key={`${row.createdAt} ${row.a} ${row.b}`} row={row} sameModels={sameModels} />
        ))}
      </tbody>
    </table>
  );
}

/** `without`: comparisons that stand on the page already. */
export function Results({ without }: { without: readonly { readonly a: string; readonly b: string }[] }) {
  const results = useCall('results.list', {});
  if (results.isPending)
    return (
      <Card title="Last results">
        <SkeletonLines count={3} />
      </Card>
    );
  if (results.isError)
    return (
      <Card title="Last results">
        <p role="alert">The results could not be read: {results.error.message}</p>
        <button type="button" className="pl-link" onClick={() => results.refetch()}>
          Try again
        </button>
      </Card>
    );
  const rows = results.data.filter(({ a, b }) => !without.some((each) => each.a === a && each.b === b)).slice(0, MOST);
  if (rows.length === 0) return null;
  const [first] = rows;
  return (
    <Card title="Last results" note={`${first.a} against ${first.b}, judged by the ${first.judge} reward`}>
      <ResultTable rows={rows} />
      <div className="pl-home-legend">
        <Legend colour="chosen-fill">{first.a} wins</Legend>
        <Legend colour="tie-fill">tie</Legend>
        <Legend colour="rejected-fill">{first.b} wins</Legend>
        <span className="pl-caption">Win rate = (wins + ½ ties) / n</span>
      </div>
    </Card>
  );
}
