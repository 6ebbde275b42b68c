/** One pair and everything that can be said of it, by keys or by pointer. What is said is stored before the next pair shows. */
import { Button, TextInput } from '@mantine/core';
import { type ReactNode, type RefObject, useEffect, useRef, useState } from 'react';
import { whole } from '../../../charts/numbers.ts';
import type { ShownPair, Verdict } from '../../../preload/contract/index.ts';
import { Bar } from '../../components/figures.tsx';
import { Banner, KeyCap } from '../../components/labels.tsx';
import { useKeys } from '../../shortcuts.ts';
import { Answers, KeyButton } from './answers.tsx';
import { type Draft, EMPTY, toggled, withTag } from './draft.ts';

/** Grades by their keys: plain for A, with Shift for B. */
function gradeKeys(draft: Draft, change: (change: Partial<Draft>) => void) {
  return Object.fromEntries(
    [1, 2, 3, 4, 5].flatMap((grade) => [
      [String(grade), () => change({ qualityA: toggled(draft.qualityA, grade) })],
      [`Shift+${grade}`, () => change({ qualityB: toggled(draft.qualityB, grade) })],
    ]),
  );
}

const TAG_KEYS = ['Q', 'W'] as const;

interface TagsProps {
  readonly offered: readonly string[];
  readonly draft: Draft;
  readonly onToggle: (tag: string) => void;
  readonly field: RefObject<HTMLInputElement | null>;
}

/** Tags with keys for the first two; one of one's own is added by the field. */
function Tags({ offered, draft, onToggle, field }: TagsProps) {
  const all = [...new Set([...offered, ...draft.tags])];
  return (
    <>
      {all.map((tag, i) => (
        <button
          key={tag}
          type="button"
          className="pl-rate-tag"
          aria-pressed={draft.tags.includes(tag)}
          onClick={() => onToggle(tag)}
        >
          {tag} {i < TAG_KEYS.length && <KeyCap>{TAG_KEYS[i]}</KeyCap>}
        </button>
      ))}
      <TextInput
        ref={field}
        aria-label="Another tag"
        placeholder="+ tag"
        rightSection={<KeyCap>E</KeyCap>}
        w={92}
        maxLength={40}
        onKeyDown={(event) => {
          const tag = event.currentTarget.value.trim();
          if (event.key === 'Enter' && tag !== '') {
            onToggle(tag);
            event.currentTarget.value = '';
          }
          if (event.key === 'Escape') event.currentTarget.blur();
        }}
      />
    </>
  );
}

export interface Said extends Omit<Draft, 'comment'> {
  readonly verdict: Verdict;
  readonly comment: string | null;
}

export interface PairProps {
  readonly pair: ShownPair;
  readonly rated: number;
  readonly total: number;
  /** At the right of the progress. */
  readonly note: ReactNode;
  /** What is shown may be about to change: a press waits. */
  readonly busy: boolean;
  /** Why the last thing said was not stored. */
  readonly refused: Error | null;
  /** Without: this queue has no tags. */
  readonly tags?: readonly string[];
  readonly onSay: (said: Said) => void;
  readonly onSkip: () => void;
}

/** A press while the page makes sure of its pair waits, and counts if the same two answers then stand where they stood. */
function useHeldPress({ a, b }: ShownPair, busy: boolean): (act: () => void) => void {
  const held = useRef<{ readonly a: string; readonly b: string; readonly act: () => void } | null>(null);
  useEffect(() => {
    const press = held.current;
    if (busy || !press) return;
    held.current = null;
    if (press.a === a && press.b === b) press.act();
  }, [busy, a, b]);
  return (act) => {
    if (busy) held.current = { a, b, act };
    else act();
  };
}

export function Pair({ pair, rated, total, note, busy, refused, tags, onSay, onSkip }: PairProps) {
  const [draft, setDraft] = useState<Draft>(EMPTY);
  const [marked, setMarked] = useState(false);
  const comment = useRef<HTMLInputElement>(null);
  const tagField = useRef<HTMLInputElement>(null);
  const change = (part: Partial<Draft>) => setDraft((was) => ({ ...was, ...part }));
  const whenFree = useHeldPress(pair, busy);
  const say = (verdict: Verdict) => whenFree(() => onSay({ ...draft, verdict, comment: draft.comment.trim() || null }));
  const skip = () => whenFree(onSkip);
  const toggle = (tag: string) => change({ tags: withTag(draft.tags, tag) });
  const tagKeys = Object.fromEntries(TAG_KEYS.flatMap((key, i) => (tags?.[i] ? [[key, () => toggle(tags[i])]] : [])));
  useKeys({
    A: () => say('a'),
    B: () => say('b'),
    T: () => say('tie'),
    X: () => say('both_bad'),
    S: skip,
    D: () => setMarked(!marked),
    C: () => comment.current?.focus(),
    E: () => tagField.current?.focus(),
    ...tagKeys,
    ...gradeKeys(draft, change),
  });
  return (
    <div className="pl-rate">
      <div className="pl-rate-progress">
        <strong>
          {whole(rated + 1)} of {whole(total)}
        </strong>
        <Bar value={rated} of={total} label="Rated pairs" />
        <span className="pl-caption">{note}</span>
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
          {pair.prompt}
        </section>
      </div>
      <Answers item={pair} draft={draft} marked={marked} onDraft={change} />
      <div className="pl-rate-verdicts">
        <KeyButton label="A is better" cap="A" disabled={busy} onClick={() => say('a')} />
        <KeyButton label="Tie" cap="T" disabled={busy} onClick={() => say('tie')} />
        <KeyButton label="B is better" cap="B" disabled={busy} onClick={() => say('b')} />
        <KeyButton label="Both bad" cap="X" disabled={busy} onClick={() => say('both_bad')} />
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
        {tags && <Tags offered={tags} draft={draft} onToggle={toggle} field={tagField} />}
        <span className="pl-grow" />
        <Button aria-pressed={marked} onClick={() => setMarked(!marked)} rightSection={<KeyCap>D</KeyCap>}>
          Word diff
        </Button>
        <Button onClick={skip} disabled={busy} rightSection={<KeyCap>S</KeyCap>}>
          Skip
        </Button>
      </div>
    </div>
  );
}
