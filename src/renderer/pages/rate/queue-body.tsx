/** What stands in a queue's place: its progress while models answer, the question who rates, the pair, or that all is done. */
import { Button, TextInput } from '@mantine/core';
import { useRef, useState } from 'react';
import { counted, duration, fixed, whole } from '../../../charts/numbers.ts';
import type { JudgeVerdict, QueueItem, QueueSummary, Verdict } from '../../../preload/contract/index.ts';
import { Bar } from '../../components/figures.tsx';
import { Banner } from '../../components/labels.tsx';
import { EmptyState, ErrorState, SkeletonLines } from '../../components/states.tsx';
import { useAction } from '../../host.ts';
import { nameOf, useRater } from './draft.ts';
import { Pair } from './pair.tsx';

/** Out of date after each rating. */
export const AFTER = ['queues.next', 'queues.list', 'queues.results'] as const;
const TAGS = ['invented detail', 'wrong fact'];

/** Ratings on this page, for how long the rest will take. */
function usePace() {
  const times = useRef<number[]>([]);
  const begun = useRef(Date.now());
  const [seconds, setSeconds] = useState<number | null>(null);
  const rated = () => {
    // a break is no part of the pace
    const taken = Math.min(120, (Date.now() - begun.current) / 1000);
    times.current = [...times.current.slice(-19), taken];
    begun.current = Date.now();
    setSeconds(times.current.reduce((sum, each) => sum + each, 0) / times.current.length);
  };
  return { seconds, rated };
}

const SAID: Readonly<Record<Verdict, string>> = {
  a: 'A is better',
  b: 'B is better',
  tie: 'tie',
  both_bad: 'both bad',
};

interface Last {
  readonly own: Verdict;
  readonly judge: JudgeVerdict | null;
}

/** Your word and the judge's on the pair before. */
function lastWords({ own, judge }: Last): string {
  return judge ? `before: you ${SAID[own]}, ${judge.judge} ${SAID[judge.verdict]}` : '';
}

function noteOf(item: QueueItem, seconds: number | null, last: Last | null): string {
  if (last?.judge) return lastWords(last);
  if (seconds === null) return 'saved as you press';
  return `about ${duration(seconds * (item.total - item.rated))} left at ${fixed(seconds)} s each`;
}

function QueuePair({
  item,
  busy,
  pace,
  last,
  onLast,
}: {
  item: QueueItem;
  busy: boolean;
  pace: ReturnType<typeof usePace>;
  last: Last | null;
  onLast: (last: Last) => void;
}) {
  const { name } = useRater();
  const rater = nameOf(name);
  const rate = useAction('queues.rate', AFTER);
  const skip = useAction('queues.skip', AFTER);
  return (
    <Pair
      pair={item}
      rated={item.rated}
      total={item.total}
      note={noteOf(item, pace.seconds, last)}
      busy={busy || rate.isPending || skip.isPending}
      refused={rate.error ?? skip.error}
      tags={TAGS}
      // the next pair takes this one's place: what follows must not hang on it. A refusal is shown by `refused`.
      onSay={({ tags, ...said }) =>
        void rate.mutateAsync({ itemId: item.id, ...said, tags: [...tags], rater }).then(
          ({ judge }) => {
            pace.rated();
            onLast({ own: said.verdict, judge });
          },
          () => undefined,
        )
      }
      onSkip={() => skip.mutate({ itemId: item.id, rater })}
    />
  );
}

/** Asked once: ratings of several people are told apart by it. */
function AskName() {
  const { setName } = useRater();
  const [typed, setTyped] = useState('');
  return (
    <form
      className="pl-empty"
      onSubmit={(event) => {
        event.preventDefault();
        if (typed.trim() !== '') setName(typed.trim());
      }}
    >
      <h2>Who rates?</h2>
      <p className="pl-2">
        Your name stands beside each of your ratings, so that several people can rate the same pairs.
      </p>
      <div className="pl-row">
        <TextInput
          aria-label="Your name"
          value={typed}
          maxLength={100}
          data-autofocus=""
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
        <Button type="submit">Start rating</Button>
      </div>
    </form>
  );
}

function Answering({ queue }: { queue: QueueSummary }) {
  return (
    <EmptyState title={`The models are answering for ${queue.name}.`}>
      <span className="pl-rate-progress">
        <Bar value={queue.step} of={Math.max(1, queue.maxSteps)} label="Progress of the answers" />
        {queue.maxSteps === 0
          ? 'opening the models'
          : `${whole(queue.step)} of ${whole(queue.maxSteps)} ${queue.judge === null ? 'answers' : 'answers and verdicts'}`}
      </span>
      The pairs come here by themselves.
    </EmptyState>
  );
}

/** What is left for others. */
function othersWords({ dealtTo, mine, items }: QueueSummary, rater: string): string {
  const others = dealtTo.filter((name) => name !== rater);
  if (others.length > 0) return `The others are dealt to ${others.join(', ')}: change the name at the top to go on.`;
  return mine < items
    ? 'The other pairs have as many ratings as they need.'
    : 'Another person may rate them too: change the name at the top.';
}

function Done({ queue, rater, onUndo }: { queue: QueueSummary; rater: string; onUndo: () => void }) {
  if (queue.rated === 0)
    return (
      <EmptyState title="No pair of this queue is for you.">
        {queue.dealtTo.length > 0
          ? `Its pairs are dealt to ${queue.dealtTo.join(', ')}. If you are one of them, change the name at the top.`
          : 'All its pairs have as many ratings as they need.'}
      </EmptyState>
    );
  return (
    <EmptyState
      title={
        queue.mine < queue.items
          ? `All your ${counted(queue.mine, 'pair')} are rated.`
          : `All ${counted(queue.items, 'pair')} are rated.`
      }
      action={<Button onClick={onUndo}>Undo the last</Button>}
    >
      {othersWords(queue, rater)} What came of it stands at the right.
    </EmptyState>
  );
}

export function QueueBody({
  queue,
  item,
  loading,
  error,
  onRetry,
  onUndo,
}: {
  queue: QueueSummary;
  item: QueueItem | null | undefined;
  loading: boolean;
  error: Error | null;
  onRetry: () => void;
  onUndo: () => void;
}) {
  const { name } = useRater();
  const pace = usePace();
  const [last, setLast] = useState<Last | null>(null);
  if (error) return <ErrorState error={error} what="The pair could not be read" onRetry={onRetry} />;
  if (queue.status === 'answering') return <Answering queue={queue} />;
  if (queue.status === 'failed')
    return (
      <Banner tone="danger" title={`${queue.name} has no pairs.`}>
        {queue.error} Make another queue.
      </Banner>
    );
  if (name.trim() === '') return <AskName />;
  if (item === undefined) return <SkeletonLines count={6} />;
  if (item === null) return <Done queue={queue} rater={nameOf(name)} onUndo={onUndo} />;
  return (
    <>
      {queue.error && (
        <Banner tone="warn" title="The judge did not finish.">
          {queue.error}
        </Banner>
      )}
      <QueuePair key={item.id} item={item} busy={loading} pace={pace} last={last} onLast={setLast} />
    </>
  );
}
