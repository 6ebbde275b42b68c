/** Rating: the pairs that a run of online DPO waits for, one at a time, blind and with the sides drawn. */
import { Button, NativeSelect, TextInput } from '@mantine/core';
import { IconArrowBackUp, IconEyeOff } from '@tabler/icons-react';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { whole } from '../../../charts/numbers.ts';
import type { RatingQueue } from '../../../preload/contract/index.ts';
import { Content } from '../../components/content.tsx';
import { Banner, KeyCap } from '../../components/labels.tsx';
import { PageHeader, PrimaryButton } from '../../components/page-header.tsx';
import { EmptyState, ErrorState, SkeletonLines } from '../../components/states.tsx';
import { useAction, useCall } from '../../host.ts';
import { useKeys } from '../../shortcuts.ts';
import { useStatus } from '../../status.ts';
import { useRater } from './draft.ts';
import { Pair } from './pair.tsx';
import './rate.css';

/** The queue that is rated: the one named by the address, else the one that asked last. */
function useQueue(wanted: string | undefined) {
  const queues = useCall('ratings.queues', {}, { fresh: true });
  const queue = queues.data?.find(({ runId }) => runId === wanted) ?? queues.data?.[0];
  return { queues, queue };
}

function QueuePicker({ queues, queue }: { queues: readonly RatingQueue[]; queue: RatingQueue }) {
  const [, navigate] = useLocation();
  return (
    <NativeSelect
      aria-label="Queue"
      value={queue.runId}
      data={queues.map(({ runId, run }) => ({ value: runId, label: run }))}
      onChange={(event) => navigate(`/rate/${event.currentTarget.value}`)}
    />
  );
}

function RaterName() {
  const { name, setName } = useRater();
  return (
    <TextInput
      aria-label="Your name as rater"
      title="Kept with each rating"
      value={name}
      maxLength={100}
      w={120}
      onChange={(event) => setName(event.currentTarget.value)}
    />
  );
}

function Undo({ runId }: { runId: string }) {
  const { name } = useRater();
  const [refused, setRefused] = useState<string | null>(null);
  const undo = useAction('ratings.undo', ['ratings.waiting', 'ratings.queues']);
  const takeBack = () => {
    setRefused(null);
    if (!undo.isPending)
      undo.mutate({ runId, rater: name.trim() || 'me' }, { onError: (error) => setRefused(error.message) });
  };
  useKeys({ U: takeBack });
  return (
    <>
      {refused && (
        <span className="pl-caption" role="status">
          {refused}
        </span>
      )}
      <Button leftSection={<IconArrowBackUp />} rightSection={<KeyCap>U</KeyCap>} onClick={takeBack}>
        Undo
      </Button>
    </>
  );
}

/** Between two steps the same page waits: the next pairs come by themselves. */
function NothingWaits({ runName }: { runName: string | null }) {
  const [, navigate] = useLocation();
  return (
    <Content label="Rate">
      <EmptyState
        title={runName === null ? 'Nothing waits for you.' : `${runName} goes on.`}
        action={
          <PrimaryButton onClick={() => navigate(runName === null ? '/experiments/new' : '/experiments')}>
            {runName === null ? 'New run' : 'Show the run'}
          </PrimaryButton>
        }
      >
        {runName === null
          ? 'A run of online DPO with the annotator “human” asks which of two answers is better, and waits for you here.'
          : 'It learns from what is rated. When it asks again, its pairs come here by themselves.'}
      </EmptyState>
    </Content>
  );
}

export function RatePage({ params }: { params: Record<string, string> }) {
  const { queues, queue } = useQueue(params.run);
  const { running } = useStatus();
  const items = useCall(
    'ratings.waiting',
    { runId: queue?.runId ?? '', limit: 1 },
    { enabled: queue !== undefined, fresh: true },
  );
  const item = items.data?.[0];
  return (
    <>
      <PageHeader
        title="Rate"
        facts={
          queue && (
            <>
              <QueuePicker queues={queues.data ?? []} queue={queue} />
              <span className="pl-row pl-caption">
                <IconEyeOff size={14} aria-hidden="true" /> Blind, sides at random
              </span>
              <span className="pl-caption">step {whole(queue.step + 1)}</span>
            </>
          )
        }
        actions={
          queue && (
            <>
              <Undo runId={queue.runId} />
              <RaterName />
            </>
          )
        }
      />
      {queues.error && (
        <Banner tone="danger" title="The queues could not be read.">
          {queues.error.message}
        </Banner>
      )}
      {queues.data && !queue && <NothingWaits runName={running?.name ?? null} />}
      {queue && (
        <Content label="Pair">
          {items.error && (
            <ErrorState error={items.error} what="The pair could not be read" onRetry={() => items.refetch()} />
          )}
          {item ? (
            <Pair key={item.id} item={item} queue={queue} busy={items.isFetching} />
          ) : (
            <SkeletonLines count={6} />
          )}
        </Content>
      )}
    </>
  );
}
