/** Verdicts that were changed in the reader: kept on the disk at once, and made one version when the user says so. */
import { Button } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useQueryClient } from '@tanstack/react-query';
import { counted } from '../../../charts/numbers.ts';
import type { DatasetKind, DerivedVersion, PairLine, PendingEdit, Relabel } from '../../../preload/contract/index.ts';
import { call, useAction, useCall } from '../../host.ts';
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

/** How long discarded verdicts can be had back. */
const OFFERED_MS = 10_000;

/** Offers discarded verdicts once more; `restore` enters them again. */
function offerUndo(versionId: string, count: number, restore: () => Promise<unknown>): void {
  const id = `discarded ${versionId}`;
  const undo = () => {
    notifications.hide(id);
    restore().catch((error: Error) =>
      notifications.show({ message: `Not all verdicts came back: ${error.message}`, autoClose: false }),
    );
  };
  notifications.show({
    id,
    autoClose: OFFERED_MS,
    message: (
      <span className="pl-row">
        {counted(count, 'changed verdict')} discarded.
        <button type="button" className="pl-link" onClick={undo}>
          Undo
        </button>
      </span>
    ),
  });
}

export interface WaitingEditsProps {
  readonly versionId: string;
  readonly edits: readonly PendingEdit[];
  readonly onMade: (made: readonly DerivedVersion[]) => void;
}

export function WaitingEdits({ versionId, edits, onMade }: WaitingEditsProps) {
  const count = edits.length;
  const client = useQueryClient();
  const job = useDeriveJob(onMade);
  const discard = useAction('edits.discard', ['edits.list']);
  const restore = async () => {
    for (const { index, verdict } of edits) await call('edits.set', { versionId, index, verdict });
    await client.invalidateQueries({ queryKey: ['edits.list'] });
  };
  // the line is gone when the list is: what follows must not hang on it
  const drop = () =>
    discard.mutateAsync({ versionId }).then(
      () => offerUndo(versionId, count, restore),
      (error: Error) => notifications.show({ message: `The verdicts were not discarded: ${error.message}` }),
    );
  return (
    <div className="pl-waiting-edits">
      <div className="pl-row">
        <p className="pl-grow" role="note">
          <strong>
            {counted(count, 'changed verdict')} {count === 1 ? 'waits' : 'wait'}.
          </strong>{' '}
          <span className="pl-2">This version stays as it is; together they become the next one.</span>
        </p>
        <Button variant="subtle" onClick={drop} disabled={job.running}>
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
