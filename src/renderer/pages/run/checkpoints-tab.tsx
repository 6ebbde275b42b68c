/** Checkpoints of a run: what a resume can go on from. */

import { Link } from 'wouter';
import { bytes, dateTime, whole } from '../../../charts/numbers.ts';
import type { RunDetail } from '../../../preload/contract/index.ts';
import { EmptyState } from '../../components/states.tsx';
import { isActive } from './run-state.ts';

export function CheckpointsTab({ run }: { run: RunDetail }) {
  if (run.checkpoints.length === 0)
    return (
      <EmptyState title={isActive(run.status) ? 'No checkpoint yet.' : 'No checkpoint.'}>
        One is written every save_steps, and when the run is stopped. A finished run leaves its model instead.
      </EmptyState>
    );
  return (
    <div className="pl-card flush pl-form-width">
      <table className="pl-table" aria-label="Checkpoints">
        <thead>
          <tr>
            <th>Step</th>
            <th className="end">Size</th>
            <th className="end">Written</th>
            <th className="end">Answers</th>
          </tr>
        </thead>
        <tbody>
          {run.checkpoints.map((checkpoint) => (
            <tr key={checkpoint.step}>
              <td className="pl-strong">{whole(checkpoint.step)}</td>
              <td className="end">{bytes(checkpoint.bytes)}</td>
              <td className="end pl-2">{dateTime(checkpoint.createdAt)}</td>
              <td className="end">
                <Link
                  href={`/inspect?${new URLSearchParams({ a: `${run.name}@${checkpoint.step}` })}`}
                  aria-label={`Inspect step ${checkpoint.step}`}
                >
                  Inspect
                </Link>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
