/** An answer token by token, coloured by a number; one stop for Tab, arrow keys inside, and a card on focus and hover. */
import {
  type KeyboardEvent,
  type MouseEvent,
  memo,
  useCallback,
  useDeferredValue,
  useId,
  useRef,
  useState,
} from 'react';
import type { ReadToken } from '../../../preload/contract/index.ts';
import { Anchored } from './anchored.tsx';
import { colourStep, type Mode, tokenValue } from './numbers.ts';
import { TokenCard } from './token-card.tsx';
import { inlineText, MODE_WORDS, valueText, visibleText } from './token-words.ts';

interface TokenProps {
  readonly token: ReadToken;
  readonly index: number;
  /** null while more come: a token that is written is not drawn again for each that follows. */
  readonly count: number | null;
  readonly mode: Mode;
  readonly beta: number;
  readonly numbers: boolean;
  readonly isStop: boolean;
  readonly card: string | undefined;
}

const Token = memo(function Token({ token, index, count, mode, beta, numbers, isStop, card }: TokenProps) {
  const value = tokenValue(token, mode, beta);
  const unit = value === null ? 'no value' : `${MODE_WORDS[mode]} ${valueText(value, mode)} nats`;
  return (
    <button
      type="button"
      className="pl-token"
      data-index={index}
      data-mode={mode}
      data-step={colourStep(value, mode) ?? undefined}
      data-special={token.special ? '' : undefined}
      tabIndex={isStop ? 0 : -1}
      aria-label={`${visibleText(token.text)}, ${unit}, token ${index + 1}${count === null ? '' : ` of ${count}`}`}
      aria-describedby={card}
    >
      {inlineText(token)}
      {numbers && <small>{valueText(value, mode, 1)}</small>}
    </button>
  );
});

const BLOCK = 48;

interface BlockProps extends Omit<TokenProps, 'token' | 'index' | 'isStop' | 'card'> {
  /** Those of this block alone. */
  readonly tokens: readonly ReadToken[];
  readonly start: number;
  /** Places in the whole text; those of other blocks are null. */
  readonly stop: number | null;
  readonly shown: number | null;
  readonly card: string;
}

function isSameBlock(was: BlockProps, now: BlockProps): boolean {
  const { tokens: before, ...restBefore } = was;
  const { tokens: after, ...rest } = now;
  return (
    before.length === after.length &&
    before.every((token, i) => token === after[i]) &&
    (Object.keys(rest) as (keyof typeof rest)[]).every((key) => rest[key] === restBefore[key])
  );
}

/** A stretch of the text: one that is written is passed over while others follow. */
const TokenBlock = memo(function TokenBlock({ tokens, start, stop, shown, card, ...look }: BlockProps) {
  return tokens.map((token, i) => (
    <Token
      // biome-ignore lint/suspicious/noArrayIndexKey: a token is its place in the text
      key={start + i}
      token={token}
      index={start + i}
      isStop={start + i === stop}
      card={start + i === shown ? card : undefined}
      {...look}
    />
  ));
}, isSameBlock);

const within = (place: number | null, start: number): number | null =>
  place !== null && place >= start && place < start + BLOCK ? place : null;

/** Where a key leads from a token; null when it is none of the list's. */
export function nextToken(key: string, at: number, count: number): number | null {
  if (key === 'ArrowRight') return Math.min(count - 1, at + 1);
  if (key === 'ArrowLeft') return Math.max(0, at - 1);
  if (key === 'Home') return 0;
  return key === 'End' ? count - 1 : null;
}

/** The token nearest above or below the one in focus, by where they are drawn. */
function tokenInLine(from: HTMLElement, down: boolean): HTMLElement | null {
  const box = from.getBoundingClientRect();
  const middle = box.left + box.width / 2;
  const others = [...(from.closest('.pl-tokens')?.querySelectorAll<HTMLElement>('.pl-token') ?? [])].map((element) => ({
    element,
    box: element.getBoundingClientRect(),
  }));
  const beyond = others.filter((other) => (down ? other.box.top >= box.bottom - 2 : other.box.bottom <= box.top + 2));
  const tops = beyond.map((other) => other.box.top);
  const line = down ? Math.min(...tops) : Math.max(...tops);
  const distance = (other: (typeof others)[number]) => Math.abs(other.box.left + other.box.width / 2 - middle);
  const inLine = beyond.filter((other) => Math.abs(other.box.top - line) < 4).sort((a, b) => distance(a) - distance(b));
  return inLine[0]?.element ?? null;
}

const tokenAt = (target: EventTarget): HTMLElement | null =>
  target instanceof Element ? target.closest<HTMLElement>('.pl-token') : null;

export interface TokenListProps {
  readonly label: string;
  readonly tokens: readonly ReadToken[];
  readonly mode: Mode;
  readonly beta: number;
  readonly numbers: boolean;
  /** More tokens come. */
  readonly writing?: boolean;
}

export function TokenList({ label, tokens, mode, beta, numbers, writing = false }: TokenListProps) {
  const [stop, setStop] = useState(0);
  const [shown, setShown] = useState<{ readonly index: number; readonly at: HTMLElement } | null>(null);
  const focused = useRef<number | null>(null);
  const card = useId();
  const count = tokens.length;
  // every token says of how many it is: when the last has come, all are drawn anew, in their own time
  const total = useDeferredValue(writing ? null : count);
  const show = useCallback((element: HTMLElement | null) => {
    setShown(element ? { index: Number(element.dataset.index), at: element } : null);
  }, []);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const element = tokenAt(event.target);
    if (!element) return;
    if (event.key === 'Escape' && shown) {
      event.stopPropagation();
      return show(null);
    }
    const vertical = event.key === 'ArrowDown' || event.key === 'ArrowUp';
    const next = nextToken(event.key, Number(element.dataset.index), count);
    const target = vertical
      ? tokenInLine(element, event.key === 'ArrowDown')
      : next === null
        ? null
        : element.closest('.pl-tokens')?.querySelector<HTMLElement>(`[data-index="${next}"]`);
    if (!target) return;
    event.preventDefault();
    target.focus();
  };
  const onMouseOver = (event: MouseEvent) => {
    const element = tokenAt(event.target);
    if (element) show(element);
  };
  const token = shown && tokens[shown.index];
  return (
    <>
      <div
        role="group"
        className="pl-tokens"
        aria-label={label}
        onKeyDown={onKeyDown}
        onMouseOver={onMouseOver}
        onMouseLeave={() => focused.current === null && show(null)}
        onFocus={(event) => {
          const element = tokenAt(event.target);
          if (!element) return;
          focused.current = Number(element.dataset.index);
          setStop(focused.current);
          show(element);
        }}
        onBlur={() => {
          focused.current = null;
          show(null);
        }}
      >
        {Array.from({ length: Math.ceil(count / BLOCK) }, (_, block) => block * BLOCK).map((start) => (
          <TokenBlock
            key={start}
            tokens={tokens.slice(start, start + BLOCK)}
            start={start}
            count={total}
            mode={mode}
            beta={beta}
            numbers={numbers}
            stop={within(Math.min(stop, count - 1), start)}
            shown={within(shown?.index ?? null, start)}
            card={card}
          />
        ))}
      </div>
      {token && (
        <Anchored at={shown.at}>
          <TokenCard id={card} token={token} index={shown.index} count={count} mode={mode} beta={beta} />
        </Anchored>
      )}
    </>
  );
}
