/** Rating a queue: answers of models, or pairs of a dataset, one at a time and blind; what comes of it stands at the right when it is asked for. */
import { Button } from '@mantine/core';
import { IconDownload, IconTrash } from '@tabler/icons-react';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { counted } from '../../../charts/numbers.ts';
import type { QueueSummary } from '../../../preload/contract/index.ts';
import { Confirm } from '../../components/confirm.tsx';
import { Content } from '../../components/content.tsx';
import { PageHeader } from '../../components/page-header.tsx';
import { fileName, saveFile } from '../../components/save-file.ts';
import { EmptyState, ErrorState, SkeletonLines } from '../../components/states.tsx';
import { call, useAction, useCall } from '../../host.ts';
import { useNews } from '../../run-news.ts';
import { nameOf, useRater } from './draft.ts';
import { Blind, QueuePicker, queuePath, RaterName, UndoButton, useQueues } from './header.tsx';
import { AFTER, QueueBody } from './queue-body.tsx';
import { NewQueueButton } from './rate.tsx';
import { ResultsPanel } from './results.tsx';
import './rate.css';

function useExport(queue: QueueSummary) {
  const [refused, setRefused] = useState<string | null>(null);
  const save = () =>
    call('queues.export', { id: queue.id }).then(
      ({ name, json }) => saveFile(fileName(name.replace(/\.json$/, ''), 'json'), json, 'application/json'),
      (error: Error) => setRefused(error.message),
    );
  return { refused, save };
}

function RemoveQueue({ queue, onClose }: { queue: QueueSummary; onClose: () => void }) {
  const [, navigate] = useLocation();
  const remove = useAction('queues.remove', ['queues.list']);
  return (
    <Confirm
      title={`Delete ${queue.name}?`}
      act="Delete queue"
      keep="Keep"
      onAct={() => remove.mutateAsync({ id: queue.id }).then(() => navigate('/rate'))}
      onClose={onClose}
    >
      Its {counted(queue.items, 'pair')} go. The ratings that people gave stay in the workspace’s database.
    </Confirm>
  );
}

export function QueuePage({ params }: { params: Record<string, string> }) {
  const { runs, queues } = useQueues();
  const queue = queues.data?.find(({ id }) => id === params.queue);
  if (queue) return <QueueOf key={queue.id} queue={queue} runs={runs.data ?? []} queues={queues.data ?? []} />;
  return (
    <>
      <PageHeader title="Rate" actions={<NewQueueButton />} />
      <Content label="Rate">
        {queues.error ? (
          <ErrorState error={queues.error} what="The queues could not be read" onRetry={() => queues.refetch()} />
        ) : queues.data ? (
          <EmptyState title="This queue does not exist any more.">Choose another one, or make a new one.</EmptyState>
        ) : (
          <SkeletonLines count={6} />
        )}
      </Content>
    </>
  );
}

interface QueueOfProps {
  readonly queue: QueueSummary;
  readonly runs: Parameters<typeof QueuePicker>[0]['runs'];
  readonly queues: readonly QueueSummary[];
}

function QueueOf({ queue, runs, queues }: QueueOfProps) {
  const { name } = useRater();
  const rater = nameOf(name);
  const next = useCall('queues.next', { id: queue.id, rater }, { fresh: true, keep: true });
  const [refused, setRefused] = useState<string | null>(null);
  const [removing, setRemoving] = useState(false);
  const undo = useAction('queues.undo', AFTER);
  const judging = queue.judge !== null && queue.judged === 0 && queue.error === null;
  const atWork = queue.runId !== null && (queue.status === 'answering' || judging);
  useNews(atWork ? { id: queue.runId ?? '', status: 'running' } : undefined, AFTER);
  const takeBack = () => {
    setRefused(null);
    if (!undo.isPending) undo.mutate({ id: queue.id, rater }, { onError: (error) => setRefused(error.message) });
  };
  const exported = useExport(queue);
  return (
    <>
      <PageHeader
        title="Rate"
        facts={
          <>
            <QueuePicker runs={runs} queues={queues} value={queuePath(queue.id)} />
            <Blind />
          </>
        }
        actions={
          <>
            <UndoButton refused={refused ?? exported.refused} onUndo={takeBack} />
            <RaterName />
            <Button leftSection={<IconDownload />} onClick={exported.save} title="JSON for LLM Comparator">
              Export
            </Button>
            <Button variant="subtle" leftSection={<IconTrash />} onClick={() => setRemoving(true)}>
              Delete
            </Button>
            <NewQueueButton />
          </>
        }
      />
      <div className="pl-columns">
        <Content label="Pair">
          <QueueBody
            queue={queue}
            item={next.data}
            loading={next.isFetching}
            error={next.error}
            onRetry={() => next.refetch()}
            onUndo={takeBack}
          />
        </Content>
        <ResultsPanel queue={queue} rater={rater} />
      </div>
      {removing && <RemoveQueue queue={queue} onClose={() => setRemoving(false)} />}
    </>
  );
}
