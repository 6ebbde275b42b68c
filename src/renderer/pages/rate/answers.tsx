/** Two answers side by side, neither of them named, each with its quality from 1 to 5. */
import { useMemo } from 'react';
import type { ShownPair } from '../../../preload/contract/index.ts';
import { KeyCap } from '../../components/labels.tsx';
import { WordDiff } from '../../components/word-diff.tsx';
import { compareWords, type WordPart } from '../../components/words.ts';
import { type Draft, toggled } from './draft.ts';

const GRADES = [1, 2, 3, 4, 5] as const;

function Quality({
  side,
  value,
  onGrade,
}: {
  side: 'A' | 'B';
  value: number | null;
  onGrade: (grade: number) => void;
}) {
  return (
    <div className="pl-rate-quality">
      <span className="pl-caption">Quality</span>
      {GRADES.map((grade) => (
        <button
          key={grade}
          type="button"
          className="pl-rate-grade"
          aria-pressed={value === grade}
          aria-label={`Quality of answer ${side}: ${grade} of 5`}
          onClick={() => onGrade(grade)}
        >
          {grade}
        </button>
      ))}
      <span className="pl-grow" />
      <span className="pl-row pl-caption" aria-hidden="true">
        <kbd>{side === 'A' ? '1' : '⇧1'}</kbd> to <kbd>{side === 'A' ? '5' : '⇧5'}</kbd>
      </span>
    </div>
  );
}

interface AnswerProps {
  readonly side: 'A' | 'B';
  readonly text: string;
  readonly parts: readonly WordPart[] | undefined;
  readonly grade: number | null;
  readonly onGrade: (grade: number) => void;
}

function Answer({ side, text, parts, grade, onGrade }: AnswerProps) {
  return (
    <section className="pl-card flush pl-rate-answer" aria-label={`Answer ${side}`}>
      <h2>Answer {side}</h2>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <section className="pl-rate-text" tabIndex={0} aria-label={`Text of answer ${side}`}>
        {text.trim() === '' ? (
          <span className="pl-2">This answer is empty.</span>
        ) : parts ? (
          <WordDiff parts={parts} side={side === 'A' ? 'chosen' : 'rejected'} />
        ) : (
          text
        )}
      </section>
      <Quality side={side} value={grade} onGrade={onGrade} />
    </section>
  );
}

export interface AnswersProps {
  readonly item: ShownPair;
  readonly draft: Draft;
  readonly marked: boolean;
  readonly onDraft: (change: Partial<Draft>) => void;
}

export function Answers({ item, draft, marked, onDraft }: AnswersProps) {
  // the space that a tokenizer puts before the first word is no part of what is read
  const [a, b] = [item.a.trimStart(), item.b.trimStart()];
  const difference = useMemo(() => (marked ? compareWords(a, b) : null), [a, b, marked]);
  return (
    <div className="pl-rate-answers">
      <Answer
        side="A"
        text={a}
        parts={difference?.chosen}
        grade={draft.qualityA}
        onGrade={(grade) => onDraft({ qualityA: toggled(draft.qualityA, grade) })}
      />
      <Answer
        side="B"
        text={b}
        parts={difference?.rejected}
        grade={draft.qualityB}
        onGrade={(grade) => onDraft({ qualityB: toggled(draft.qualityB, grade) })}
      />
    </div>
  );
}

/** A button that names its key, because here speed matters. */
export function KeyButton({
  label,
  cap,
  onClick,
  disabled,
}: {
  label: string;
  cap: string;
  onClick: () => void;
  disabled: boolean;
}) {
  return (
    <button type="button" className="pl-rate-verdict" disabled={disabled} onClick={onClick}>
      {label} <KeyCap>{cap}</KeyCap>
    </button>
  );
}
