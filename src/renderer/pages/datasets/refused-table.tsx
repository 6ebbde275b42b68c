/** Rows that an import refused: where, why, and what stands there. */
import type { RefusedRow } from '../../../preload/contract/index.ts';
import { placeOf } from './chat-text.ts';

/** A reason as a sentence; one that begins with a column's name keeps it. */
const sentence = (reason: string): string => reason.charAt(0).toUpperCase() + reason.slice(1);

export function RefusedTable({ rows, label }: { rows: readonly RefusedRow[]; label: string }) {
  return (
    <table className="pl-table dense pl-refused" aria-label={label}>
      <thead>
        <tr>
          <th scope="col" className="end">
            Line
          </th>
          <th scope="col">Reason</th>
          <th scope="col">What stands there</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={`${row.line} ${row.row}`}>
            <td className="end pl-2">{placeOf(row)}</td>
            <td className="cut" title={row.reason}>
              {sentence(row.reason)}
            </td>
            <td className="cut" title={row.found}>
              <code className="pl-2">{row.found}</code>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
