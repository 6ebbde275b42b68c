/** Added tokens of a tokenizer.json: cut out of the text whole, before anything else looks at it. */
import { TokenizerError } from '../tokenizer.ts';
import { type AlignedText, alignedText, slice } from './aligned-text.ts';
import { countAt, flagAt, type Json, listAt, objectAt, shorten, textAt } from './component.ts';
import type { Normalizer } from './normalizers.ts';
import { asPatternsSee } from './unicode-tables.ts';

export interface AddedToken {
  readonly id: number;
  readonly content: string;
  readonly special: boolean;
  readonly singleWord: boolean;
  readonly lstrip: boolean;
  readonly rstrip: boolean;
  /** Searched for in the normalised text. */
  readonly normalized: boolean;
}

const MAX_ADDED = 1_000_000;

export function readAddedTokens(value: unknown, where: string): AddedToken[] {
  const list = listAt(value ?? [], where);
  if (list.length > MAX_ADDED)
    throw new TokenizerError(`${where}: ${list.length} entries; at most ${MAX_ADDED} are read`);
  return list.map((entry, i) => {
    const node: Json = objectAt(entry, `${where}[${i}]`);
    const special = flagAt(node, 'special', false);
    return {
      id: countAt(node, 'id', `${where}[${i}]`),
      content: textAt(node, 'content', `${where}[${i}]`),
      special,
      singleWord: flagAt(node, 'single_word', false),
      lstrip: flagAt(node, 'lstrip', false),
      rstrip: flagAt(node, 'rstrip', false),
      normalized: flagAt(node, 'normalized', !special),
    };
  });
}

/** As an entry of "added_tokens". */
export const addedTokenEntry = ({ id, content, special, singleWord, lstrip, rstrip, normalized }: AddedToken) => ({
  id,
  content,
  single_word: singleWord,
  lstrip,
  rstrip,
  normalized,
  special,
});

const sameToken = (a: AddedToken, b: AddedToken): boolean =>
  a.content === b.content &&
  a.special === b.special &&
  a.singleWord === b.singleWord &&
  a.lstrip === b.lstrip &&
  a.rstrip === b.rstrip &&
  a.normalized === b.normalized;

/**
 * Added tokens under the ids that the tokenizers library gives them, whatever their files say: a token of the vocabulary keeps the id it has there,
 * any other takes the next one; one that comes again replaces the flags of the first. `size` = entries of the vocabulary. Special ones come first.
 */
export function placeAddedTokens(
  tokens: readonly AddedToken[],
  vocabulary: ReadonlyMap<string, number>,
  size: number,
): AddedToken[] {
  const placed = new Map<string, AddedToken>();
  let next = size;
  for (const token of tokens) {
    const before = placed.get(token.content);
    if (token.content === '' || (before && sameToken(before, token))) continue;
    const id = before?.id ?? vocabulary.get(token.content) ?? next;
    next = Math.max(next, id + 1);
    // once special, always special
    placed.set(token.content, { ...token, id, special: token.special || before?.special === true });
  }
  const all = [...placed.values()];
  return [...all.filter((token) => token.special), ...all.filter((token) => !token.special)];
}

/** A piece of text, with the added token it is (or null). */
export interface CutPiece {
  readonly value: AlignedText;
  readonly token: AddedToken | null;
}

export type Cutter = (text: AlignedText) => CutPiece[];

/** What stands in the text for an added token once the text is normalised; the decoder gets this form too, as in the tokenizers library from 0.23 on. */
export const normalizedContent = ({ content, normalized }: AddedToken, normalizer: Normalizer | null): string =>
  normalized && normalizer ? normalizer(alignedText(content)).text : content;

/** Cuts raw tokens out of the text first, then normalises what is left and cuts the others out of that. */
export function addedTokenCutter(tokens: readonly AddedToken[], normalizer: Normalizer | null, where: string): Cutter {
  const raw = finder(tokens.filter((t) => !t.normalized).map((token) => [token.content, token]));
  const late = finder(byNormalForm(tokens, normalizer, where));
  return (text) =>
    raw(text).flatMap((piece) => (piece.token ? [piece] : late(normalizer ? normalizer(piece.value) : piece.value)));
}

/** Two tokens that the normaliser makes one text cannot be told apart; which of them the library takes depends on its hashing. */
function byNormalForm(
  tokens: readonly AddedToken[],
  normalizer: Normalizer | null,
  where: string,
): [string, AddedToken][] {
  const found = new Map<string, AddedToken>();
  for (const token of tokens.filter((t) => t.normalized)) {
    const content = normalizedContent(token, normalizer);
    const other = found.get(content);
    if (other)
      throw new TokenizerError(
        `${where} "added_tokens": ${shorten(other.content)} and ${shorten(token.content)} are both normalised to ${shorten(content)}, so that a text cannot tell which is meant`,
      );
    found.set(content, token);
  }
  return [...found];
}

/** Longest match at a position, left to right. */
function finder(entries: readonly (readonly [string, AddedToken])[]): Cutter {
  const byContent = new Map(entries.filter(([content]) => content !== ''));
  if (byContent.size === 0) return (value) => [{ value, token: null }];
  const contents = [...byContent.keys()].sort((a, b) => b.length - a.length);
  const pattern = new RegExp(contents.map((c) => c.replace(/[\^$\\.*+?()[\]{}|/]/g, '\\$&')).join('|'), 'gu');
  return (value) => cut(value, pattern, byContent);
}

const WORD = '[\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}\\p{Join_Control}]';
const ENDS_WITH_WORD = new RegExp(`${WORD}$`, 'u');
const STARTS_WITH_WORD = new RegExp(`^${WORD}`, 'u');

function cut(value: AlignedText, pattern: RegExp, byContent: ReadonlyMap<string, AddedToken>): CutPiece[] {
  const { text } = value;
  const pieces: CutPiece[] = [];
  let at = 0;
  for (const match of text.matchAll(pattern)) {
    const token = byContent.get(match[0]);
    if (!token) continue;
    const stop = match.index + match[0].length;
    if (token.singleWord && insideWord(text, match.index, stop)) continue;
    const first = token.lstrip ? Math.max(at, stripLeft(text, match.index)) : match.index;
    const end = token.rstrip ? stop + (/^\p{White_Space}*/u.exec(text.slice(stop))?.[0].length ?? 0) : stop;
    if (first > at) pieces.push({ value: slice(value, at, first), token: null });
    pieces.push({ value: slice(value, first, end), token });
    at = end;
  }
  if (at < text.length) pieces.push({ value: slice(value, at, text.length), token: null });
  return pieces;
}

const insideWord = (text: string, first: number, stop: number): boolean =>
  ENDS_WITH_WORD.test(asPatternsSee(text.slice(Math.max(0, first - 2), first))) ||
  STARTS_WITH_WORD.test(asPatternsSee(text.slice(stop, stop + 2)));

/** Where the white space before `first` begins. */
function stripLeft(text: string, first: number): number {
  let at = first;
  while (at > 0 && /\p{White_Space}/u.test(text[at - 1])) at--;
  return at;
}
