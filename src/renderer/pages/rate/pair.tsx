/** One waiting pair and everything that can be said of it, by keys or by pointer. Each press is on the disk before the next pair shows. */
import { Button, TextInput } from '@mantine/core';
import { useRef, useState } from 'react';
import { whole } from '../../../charts/numbers.ts';
import type { RatingItem, RatingQueue, Verdict } from '../../../preload/contract/index.ts';
import { Bar } from '../../components/figures.tsx';
import { Banner, KeyCap } from '../../components/labels.tsx';
import { useAction } from '../../host.ts';
import { useKeys } from '../../shortcuts.ts';
import { Answers, KeyButton } from './answers.tsx';
import { type Draft, EMPTY, toggled, useRater } from './draft.ts';

const AFTER = ['ratings.waiting', 'ratings.queues'] as const;

/** Grades by their keys: plain for A, with Shift for B. */
function gradeKeys(draft: Draft, change: (change: Partial<Draft>) => void) {
  return Object.fromEntries(
    [1, 2, 3, 4, 5].flatMap((grade) => [
      [String(grade), () => change({ qualityA: toggled(draft.qualityA, grade) })],
      [`Shift+${grade}`, () => change({ qualityB: toggled(draft.qualityB, grade) })],
    ]),
  );
}

export interface PairProps {
  readonly item: RatingItem;
  readonly queue: RatingQueue;
  /** The next pair is under way: a key now would be about a pair that nobody has seen. */
  readonly busy: boolean;
}

export function Pair({ item, queue, busy }: PairProps) {
  const [draft, setDraft] = useState<Draft>(EMPTY);
  const [marked, setMarked] = useState(false);
  const { name } = useRater();
  const comment = useRef<HTMLInputElement>(null);
  const give = useAction('ratings.give', AFTER);
  const skip = useAction('ratings.skip', AFTER);
  const change = (part: Partial<Draft>) => setDraft((was) => ({ ...was, ...part }));
  const working = busy || give.isPending || skip.isPending;
  const say = (verdict: Verdict) => {
    if (working) return;
    give.mutate({
      itemId: item.id,
      verdict,
      ...draft,
      comment: draft.comment.trim() || null,
      rater: name.trim() || 'me',
    });
  };
  const putOff = () => !working && skip.mutate({ itemId: item.id });
  useKeys({
    A: () => say('a'),
    B: () => say('b'),
    T: () => say('tie'),
    X: () => say('both_bad'),
    S: putOff,
    D: () => setMarked(!marked),
    C: () => comment.current?.focus(),
    ...gradeKeys(draft, change),
  });
  const refused = give.error ?? skip.error;
  return (
    <div className="pl-rate">
      <div className="pl-rate-progress">
        <strong>
          {whole(queue.rated + 1)} of {whole(queue.rated + queue.waiting)}
        </strong>
        <Bar value={queue.rated} of={queue.rated + queue.waiting} label="Rated pairs of this step" />
        <span className="pl-caption">the run goes on after the last one</span>
      </div>
      {refused && (
        <Banner tone="danger" title="That was not stored.">
          {refused.message}
        </Banner>
      )}
      <div className="pl-rate-prompt">
        <p className="pl-caption">Prompt</p>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
        <section className="pl-rate-question" tabIndex={0} aria-label="Prompt">
          {item.prompt}
        </section>
      </div>
      <Answers item={item} draft={draft} marked={marked} onDraft={change} />
      <div className="pl-rate-verdicts">
        <KeyButton label="A is better" cap="A" disabled={working} onClick={() => say('a')} />
        <KeyButton label="Tie" cap="T" disabled={working} onClick={() => say('tie')} />
        <KeyButton label="B is better" cap="B" disabled={working} onClick={() => say('b')} />
        <KeyButton label="Both bad" cap="X" disabled={working} onClick={() => say('both_bad')} />
      </div>
      <div className="pl-rate-foot">
        <TextInput
          ref={comment}
          aria-label="Comment"
          placeholder="Comment"
          value={draft.comment}
          maxLength={10_000}
          rightSection={<KeyCap>C</KeyCap>}
          onChange={(event) => change({ comment: event.currentTarget.value })}
          onKeyDown={(event) => {
            if (event.key === 'Escape' || event.key === 'Enter') event.currentTarget.blur();
          }}
        />
        <Button aria-pressed={marked} onClick={() => setMarked(!marked)} rightSection={<KeyCap>D</KeyCap>}>
          Word diff
        </Button>
        <Button onClick={putOff} disabled={working} rightSection={<KeyCap>S</KeyCap>}>
          Skip
        </Button>
      </div>
    </div>
  );
}
