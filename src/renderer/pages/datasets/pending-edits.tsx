/** Verdicts that were changed in the reader: kept on the disk at once, and made one version when the user says so. */
import { Button } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { counted } from '../../../charts/numbers.ts';
import type { DatasetKind, DerivedVersion, PairLine, PendingEdit, Relabel } from '../../../preload/contract/index.ts';
import { useAction, useCall } from '../../host.ts';
import { useDeriveJob } from './derive-job.ts';
import { DeriveProgress } from './derive-progress.tsx';

export interface PendingEdits {
  readonly all: readonly PendingEdit[];
  /** Of a row. */
  of(index: number): Relabel | null;
  /** A verdict that says what the row says anyway takes the edit back. */
  set(line: PairLine, verdict: Relabel): void;
}

/** What a pair says by itself. */
export const verdictOf = ({ tie }: Pick<PairLine, 'tie'>): Relabel => (tie ? 'tie' : 'a');

export function usePendingEdits(versionId: string, kind: DatasetKind): PendingEdits {
  const edits = useCall('edits.list', { versionId }, { enabled: kind === 'preference', fresh: true });
  const set = useAction('edits.set', ['edits.list']);
  const all = edits.data ?? [];
  return {
    all,
    of: (index) => all.find((edit) => edit.index === index)?.verdict ?? null,
    set: (line, verdict) =>
      set.mutate(
        { versionId, index: line.index, verdict: verdict === verdictOf(line) ? null : verdict },
        { onError: (error) => notifications.show({ message: `The verdict was not kept: ${error.message}` }) },
      ),
  };
}

export interface WaitingEditsProps {
  readonly versionId: string;
  readonly count: number;
  readonly onMade: (made: readonly DerivedVersion[]) => void;
}

export function WaitingEdits({ versionId, count, onMade }: WaitingEditsProps) {
  const job = useDeriveJob(onMade);
  const discard = useAction('edits.discard', ['edits.list']);
  return (
    <div className="pl-waiting-edits">
      <div className="pl-row">
        <p className="pl-grow" role="note">
          <strong>
            {counted(count, 'changed verdict')} {count === 1 ? 'waits' : 'wait'}.
          </strong>{' '}
          <span className="pl-2">This version stays as it is; together they become the next one.</span>
        </p>
        <Button variant="subtle" onClick={() => discard.mutate({ versionId })} disabled={job.running}>
          Discard
        </Button>
        <Button onClick={() => job.saveEdits(versionId)} loading={job.running}>
          Save as version
        </Button>
      </div>
      <DeriveProgress job={job} what="New version" />
    </div>
  );
}
