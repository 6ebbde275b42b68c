/** The row that is read: its prompt, both answers side by side with their differing words, and all that stands beside them. */
import { ActionIcon, SegmentedControl } from '@mantine/core';
import { IconCheck, IconX } from '@tabler/icons-react';
import { type ReactNode, useMemo, useState } from 'react';
import { compact, counted, percent, signed, whole } from '../../../charts/numbers.ts';
import type { DatasetKind, Relabel, StoredPair, TextOrChat } from '../../../preload/contract/index.ts';
import { Tag } from '../../components/labels.tsx';
import { ErrorState, SkeletonLines } from '../../components/states.tsx';
import { WordDiff } from '../../components/word-diff.tsx';
import { compareWords, WORTH_SHOWING, type WordDifference } from '../../components/words.ts';
import { useCall } from '../../host.ts';
import { useKeys } from '../../shortcuts.ts';
import { singleText, turns } from './chat-text.ts';
import { Turns } from './conversation.tsx';

/** Longer answers are shown plain: comparing them would hold up the window. */
const COMPARED_CHARS = 40_000;

/** The difference, or null where there is nothing to compare. */
function useDifference(pair: StoredPair | undefined): WordDifference | null {
  return useMemo(() => {
    const [chosen, rejected] = [singleText(pair?.chosen ?? null), singleText(pair?.rejected ?? null)];
    if (chosen === null || rejected === null || chosen.length + rejected.length > COMPARED_CHARS) return null;
    return compareWords(chosen, rejected);
  }, [pair]);
}

const charsOf = (text: TextOrChat): number => turns(text).reduce((sum, { content }) => sum + content.length, 0);

interface SideProps {
  readonly side: 'chosen' | 'rejected';
  readonly text: TextOrChat;
  readonly score: number | null;
  readonly difference: WordDifference | null;
}

function Side({ side, text, score, difference }: SideProps) {
  const isChosen = side === 'chosen';
  const Icon = isChosen ? IconCheck : IconX;
  return (
    <div>
      <p className="pl-row pl-side-head">
        <Tag tone={side}>
          <Icon size={14} stroke={1.7} aria-hidden="true" />
          {isChosen ? 'Chosen' : 'Rejected'}
        </Tag>
        <span className="pl-caption">
          {counted(charsOf(text), 'character')}
          {score !== null && `, score ${compact(score)}`}
        </span>
      </p>
      {difference ? (
        <div className="pl-prose">
          <WordDiff parts={difference[side]} side={side} />
        </div>
      ) : (
        <Turns text={text} />
      )}
    </div>
  );
}

const EDIT_WORDS: Readonly<Record<Relabel, string>> = {
  a: 'will be: this one chosen',
  b: 'will be: turned round',
  tie: 'will be: tie',
};

function Beside({ pair, edit }: { pair: StoredPair; edit: Relabel | null }) {
  return (
    <>
      {edit && <Tag tone="accent">{EDIT_WORDS[edit]}</Tag>}
      {pair.tie && <Tag tone="tie">tie</Tag>}
      {pair.label !== null && <Tag tone={pair.label ? 'chosen' : 'rejected'}>{pair.label ? 'wanted' : 'unwanted'}</Tag>}
      {pair.margin !== null && <Tag>margin {signed(pair.margin)}</Tag>}
      {pair.annotator && <Tag>by {pair.annotator}</Tag>}
    </>
  );
}

/** Columns of the file that no field is read from. */
function Metadata({ metadata }: { metadata: StoredPair['metadata'] }) {
  const entries = Object.entries(metadata);
  if (entries.length === 0) return null;
  return (
    <details className="pl-details">
      <summary>{counted(entries.length, 'other column')} of the file</summary>
      <dl className="pl-metadata">
        {entries.map(([key, value]) => (
          <div key={key}>
            <dt>
              <code>{key}</code>
            </dt>
            <dd>{typeof value === 'string' ? value.slice(0, 2000) : JSON.stringify(value, null, 1).slice(0, 2000)}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}

/** Longer prompts are folded, so that both answers are seen at once. */
const FOLDED_CHARS = 420;

/** A prompt: of a long one, or of a conversation, its end; the whole on request. */
function Prompt({ text }: { text: TextOrChat }) {
  const [whole, setWhole] = useState(false);
  const all = turns(text);
  const last = all.at(-1)?.content ?? '';
  const folds = all.length > 1 || last.length > FOLDED_CHARS;
  return (
    <div>
      <p className="pl-row pl-caption">
        Prompt{all.length > 1 && `, ${counted(all.length, 'turn')}`}
        {folds && (
          <button type="button" className="pl-link pl-caption" aria-expanded={whole} onClick={() => setWhole(!whole)}>
            {whole ? 'Show the end' : all.length > 1 ? 'Show all turns' : 'Show all of it'}
          </button>
        )}
      </p>
      {folds && !whole ? (
        <p className="pl-prose">
          {last.length > FOLDED_CHARS && '… '}
          {last.slice(-FOLDED_CHARS)}
        </p>
      ) : (
        <Turns text={text} />
      )}
    </div>
  );
}

function Answers({ pair, difference }: { pair: StoredPair; difference: WordDifference | null }) {
  if (pair.chosen !== null && pair.rejected !== null)
    return (
      <div className="pl-sides">
        <Side side="chosen" text={pair.chosen} score={pair.scoreChosen} difference={difference} />
        <Side side="rejected" text={pair.rejected} score={pair.scoreRejected} difference={difference} />
      </div>
    );
  if (pair.completion === null) return null;
  return (
    <div>
      <p className="pl-caption">Answer</p>
      <Turns text={pair.completion} />
    </div>
  );
}

function Foot({ pair, legend }: { pair: StoredPair; legend: ReactNode }) {
  const { file, line, row } = pair.provenance;
  return (
    <footer className="pl-foot pl-caption">
      <span className="pl-row">{legend}</span>
      <span className="pl-ellipsis">
        from <code>{line !== null ? `${file}:${line}` : row !== null ? `${file}[${row}]` : file}</code>
      </span>
    </footer>
  );
}

function legendOf(shown: WordDifference | null, difference: WordDifference | null): ReactNode {
  if (shown)
    return (
      <>
        <mark className="pl-diff-chosen">only in chosen</mark>
        <mark className="pl-diff-rejected">only in rejected</mark>
      </>
    );
  if (difference && difference.shared < WORTH_SHOWING)
    return `Word diff is off by itself: ${percent(difference.shared, 0)} of the words are shared.`;
  return null;
}

export interface PairReaderProps {
  readonly versionId: string;
  /** Number of the row in its version. */
  readonly index: number;
  /** "3 of 218". */
  readonly place: string;
  readonly kind: DatasetKind;
  /** What the row says, and the verdict that waits to become a version. */
  readonly own: Relabel;
  readonly edit: Relabel | null;
  readonly onEdit: (verdict: Relabel) => void;
  readonly onMove: (by: number) => void;
  readonly onClose: () => void;
}

const VERDICTS: readonly (readonly [Relabel, string, string])[] = [
  ['a', 'A', 'The first answer is the better one'],
  ['b', 'B', 'The second answer is the better one: the pair is turned round'],
  ['tie', 'T', 'Neither answer is the better one'],
];

function RelabelKeys({ now, onRelabel }: { now: Relabel | null; onRelabel: (verdict: Relabel) => void }) {
  return (
    <span className="pl-row pl-caption">
      relabel
      {VERDICTS.map(([verdict, key, title]) => (
        <button
          key={verdict}
          type="button"
          className="pl-key"
          title={title}
          aria-label={`Relabel ${key}: ${title}`}
          aria-pressed={now === verdict}
          onClick={() => onRelabel(verdict)}
        >
          <kbd>{key}</kbd>
        </button>
      ))}
    </span>
  );
}

export function PairReader({ versionId, index, place, kind, own, edit, onEdit, onMove, onClose }: PairReaderProps) {
  const [wanted, setWanted] = useState<'diff' | 'plain' | null>(null);
  const answer = useCall('datasets.pairs', { versionId, offset: index, limit: 1 }, { keep: true });
  const pair = answer.data?.rows[0];
  const difference = useDifference(pair);
  const mode = wanted ?? (difference && difference.shared >= WORTH_SHOWING ? 'diff' : 'plain');
  const shown = mode === 'diff' ? difference : null;
  const isPair = kind === 'preference';
  const relabel = (verdict: Relabel) => isPair && onEdit(verdict);
  useKeys({
    D: () => isPair && setWanted(mode === 'diff' ? 'plain' : 'diff'),
    A: () => relabel('a'),
    B: () => relabel('b'),
    T: () => relabel('tie'),
  });
  return (
    <section className="pl-reader" aria-label={`Row ${whole(index + 1)}`}>
      <div className="pl-reader-head">
        <h2>Row {whole(index + 1)}</h2>
        <span className="pl-caption">{place}</span>
        {pair && <Beside pair={pair} edit={edit} />}
        <span className="pl-grow" />
        <span className="pl-row pl-caption pl-reader-keys">
          <button type="button" className="pl-key" title="Next row" onClick={() => onMove(1)}>
            <kbd>J</kbd> next
          </button>
          <button type="button" className="pl-key" title="Previous row" onClick={() => onMove(-1)}>
            <kbd>K</kbd> previous
          </button>
        </span>
        {isPair && <RelabelKeys now={edit ?? own} onRelabel={relabel} />}
        {isPair && (
          <SegmentedControl
            aria-label="Answers"
            value={mode}
            onChange={(value) => setWanted(value === 'diff' ? 'diff' : 'plain')}
            data={[
              { value: 'diff', label: 'Word diff' },
              { value: 'plain', label: 'Plain' },
            ]}
          />
        )}
        <ActionIcon aria-label="Close reader" onClick={onClose}>
          <IconX />
        </ActionIcon>
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <section className="pl-reader-body" tabIndex={0} aria-label="Texts of the row" key={index}>
        {answer.isError && (
          <ErrorState error={answer.error} what="This row could not be read" onRetry={() => answer.refetch()} />
        )}
        {answer.isPending && <SkeletonLines count={4} />}
        {pair && (
          <>
            <Prompt text={pair.prompt} />
            <Answers pair={pair} difference={shown} />
            <Metadata metadata={pair.metadata} />
          </>
        )}
      </section>
      {pair && <Foot pair={pair} legend={isPair && legendOf(shown, difference)} />}
    </section>
  );
}
