/** Rating for a run: the pairs that online DPO waits for, one at a time, blind and with the sides drawn. */
import { Button } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useRef, useState } from 'react';
import { Redirect, useLocation } from 'wouter';
import { whole } from '../../../charts/numbers.ts';
import type { RatingItem, RatingQueue } from '../../../preload/contract/index.ts';
import { Content } from '../../components/content.tsx';
import { Banner } from '../../components/labels.tsx';
import { PageHeader, PrimaryButton } from '../../components/page-header.tsx';
import { EmptyState, ErrorState, SkeletonLines } from '../../components/states.tsx';
import { useAction, useCall } from '../../host.ts';
import { isActive } from '../run/run-state.ts';
import { nameOf, useRater } from './draft.ts';
import { Blind, QueuePicker, queuePath, RaterName, runPath, UndoButton, useQueues } from './header.tsx';
import { Pair } from './pair.tsx';
import './rate.css';

const AFTER = ['ratings.waiting', 'ratings.queues'] as const;

function Undo({ runId }: { runId: string }) {
  const { name } = useRater();
  const [refused, setRefused] = useState<string | null>(null);
  const undo = useAction('ratings.undo', AFTER);
  const takeBack = () => {
    setRefused(null);
    if (!undo.isPending) undo.mutate({ runId, rater: nameOf(name) }, { onError: (error) => setRefused(error.message) });
  };
  return <UndoButton refused={refused} onUndo={takeBack} />;
}

function RunPair({ item, queue, busy }: { item: RatingItem; queue: RatingQueue; busy: boolean }) {
  const { name } = useRater();
  const give = useAction('ratings.give', AFTER);
  const skip = useAction('ratings.skip', AFTER);
  return (
    <Pair
      pair={item}
      rated={queue.rated}
      total={queue.rated + queue.waiting}
      note="the run goes on after the last one"
      busy={busy || give.isPending || skip.isPending}
      refused={give.error ?? skip.error}
      onSay={({ tags: _none, ...said }) => give.mutate({ itemId: item.id, ...said, rater: nameOf(name) })}
      onSkip={() => skip.mutate({ itemId: item.id })}
    />
  );
}

/** Between two steps of a run that was rated here the same page waits: the next pairs come by themselves. Runs that ask nobody are no reason to wait. */
function NothingWaits({ rated }: { rated: string | undefined }) {
  const [, navigate] = useLocation();
  const run = useCall('runs.list', {}, { enabled: rated !== undefined }).data?.find(({ id }) => id === rated);
  const runName = run && isActive(run.status) ? run.name : null;
  return (
    <Content label="Rate">
      <EmptyState
        title={runName === null ? 'Nothing waits for you.' : `${runName} goes on.`}
        action={runName === null ? undefined : <Button onClick={() => navigate(`/runs/${rated}`)}>Show the run</Button>}
      >
        {runName === null
          ? 'Make a queue to hold models against each other, or to rate a dataset’s pairs anew. A run of online DPO with the annotator “human” waits for you here by itself.'
          : 'It learns from what is rated. When it asks again, its pairs come here by themselves.'}
      </EmptyState>
    </Content>
  );
}

export function NewQueueButton() {
  const [, navigate] = useLocation();
  return (
    <PrimaryButton leftSection={<IconPlus />} onClick={() => navigate('/rate/new')}>
      New queue
    </PrimaryButton>
  );
}

/** The run named by the address, else the one that asked last; where none waits, the newest queue that has something to rate. */
export function RatePage({ params }: { params: Record<string, string> }) {
  const { runs, queues } = useQueues();
  const queue = runs.data?.find(({ runId }) => runId === params.run) ?? runs.data?.[0];
  const rated = useRef(params.run);
  if (queue) rated.current = queue.runId;
  const items = useCall(
    'ratings.waiting',
    { runId: queue?.runId ?? '', limit: 1 },
    { enabled: queue !== undefined, fresh: true },
  );
  const item = items.data?.[0];
  const open = queues.data?.find(({ rated, mine, status }) => rated < mine || status === 'answering');
  if (runs.data && !queue && params.run === undefined && open) return <Redirect to={queuePath(open.id)} replace />;
  const failed = runs.error ?? queues.error;
  return (
    <>
      <PageHeader
        title="Rate"
        facts={
          queue && (
            <>
              <QueuePicker runs={runs.data ?? []} queues={queues.data ?? []} value={runPath(queue.runId)} />
              <Blind />
              <span className="pl-caption">step {whole(queue.step + 1)}</span>
            </>
          )
        }
        actions={
          <>
            {queue && (
              <>
                <Undo runId={queue.runId} />
                <RaterName />
              </>
            )}
            <NewQueueButton />
          </>
        }
      />
      {failed && (
        <Banner tone="danger" title="The queues could not be read.">
          {failed.message}
        </Banner>
      )}
      {runs.data && !queue && <NothingWaits rated={rated.current} />}
      {queue && (
        <Content label="Pair">
          {items.error && (
            <ErrorState error={items.error} what="The pair could not be read" onRetry={() => items.refetch()} />
          )}
          {item ? (
            <RunPair key={item.id} item={item} queue={queue} busy={items.isFetching} />
          ) : (
            <SkeletonLines count={6} />
          )}
        </Content>
      )}
    </>
  );
}
