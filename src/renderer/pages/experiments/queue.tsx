/** The queue: which runs wait, in which order they begin, and how that is changed. */
import { ActionIcon, Button } from '@mantine/core';
import { IconArrowDown, IconArrowUp, IconListNumbers, IconPlayerTrackNext } from '@tabler/icons-react';
import { useState } from 'react';
import { Link } from 'wouter';
import type { RunSummary } from '../../../preload/contract/index.ts';
import { Dialog } from '../../components/dialog.tsx';
import { MethodMark } from '../../components/labels.tsx';
import { useAction } from '../../host.ts';

/** In the order in which they begin. */
export const queueOf = (runs: readonly RunSummary[]): RunSummary[] =>
  runs
    .filter(({ status }) => status === 'queued')
    .sort((a, b) => b.priority - a.priority || a.createdAt.localeCompare(b.createdAt));

/** The list with one of its entries at another place. */
export function moved<T>(list: readonly T[], from: number, to: number): T[] {
  const rest = list.toSpliced(from, 1);
  return rest.toSpliced(Math.max(0, Math.min(rest.length, to)), 0, list[from]);
}

function QueueDialog({ waiting, onClose }: { waiting: readonly RunSummary[]; onClose: () => void }) {
  const order = useAction('runs.order', ['runs.list']);
  const move = (from: number, to: number) => order.mutate({ ids: moved(waiting, from, to).map(({ id }) => id) });
  return (
    <Dialog onClose={onClose} title="Queue" size={560}>
      {waiting.length === 0 && (
        <p className="pl-2">Nothing waits. A run that is started while others work stands here.</p>
      )}
      <ol className="pl-queue" aria-label="Waiting runs">
        {waiting.map((run, i) => (
          <li key={run.id}>
            <span className="pl-3">{i + 1}</span>
            <Link href={`/runs/${run.id}`} className="pl-name pl-ellipsis">
              {run.name}
            </Link>
            <MethodMark method={run.method} />
            <span className="pl-grow" />
            <ActionIcon aria-label={`Begin ${run.name} next`} disabled={i === 0} onClick={() => move(i, 0)}>
              <IconPlayerTrackNext />
            </ActionIcon>
            <ActionIcon aria-label={`Move ${run.name} up`} disabled={i === 0} onClick={() => move(i, i - 1)}>
              <IconArrowUp />
            </ActionIcon>
            <ActionIcon
              aria-label={`Move ${run.name} down`}
              disabled={i === waiting.length - 1}
              onClick={() => move(i, i + 1)}
            >
              <IconArrowDown />
            </ActionIcon>
          </li>
        ))}
      </ol>
      {order.error && (
        <p className="pl-danger" role="alert">
          {order.error.message}
        </p>
      )}
    </Dialog>
  );
}

export function QueueButton({ runs }: { runs: readonly RunSummary[] }) {
  const [open, setOpen] = useState(false);
  const waiting = queueOf(runs);
  return (
    <>
      <Button leftSection={<IconListNumbers />} onClick={() => setOpen(true)}>
        Queue{waiting.length > 0 ? ` ${waiting.length}` : ''}
      </Button>
      {open && <QueueDialog waiting={waiting} onClose={() => setOpen(false)} />}
    </>
  );
}
