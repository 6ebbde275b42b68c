/** A text that remembers, through every normalisation and split, which characters of the original each of its units came from. */

/**
 * `from[i]`/`to[i]` = span in the original text (UTF-16 units) of unit i; both null while the text is an unchanged slice that begins at `base`.
 * The rules for inserted and replaced characters are those of the tokenizers library (NormalizedString), so that offsets agree with it.
 */
export interface AlignedText {
  readonly text: string;
  readonly base: number;
  readonly from: Int32Array | null;
  readonly to: Int32Array | null;
  /** Where this piece begins in the original text. */
  readonly start: number;
}

const WELL_FORMED = /\p{Surrogate}/u;

/** Lone surrogates become U+FFFD, as they do on the way to UTF-8. */
export function alignedText(text: string): AlignedText {
  const clean = WELL_FORMED.test(text) ? text.replace(/\p{Surrogate}/gu, '\uFFFD') : text;
  return { text: clean, base: 0, from: null, to: null, start: 0 };
}

const isHigh = (unit: number): boolean => (unit & 0xfc00) === 0xd800;
const isLow = (unit: number): boolean => (unit & 0xfc00) === 0xdc00;

/** [start, end) in the original of the characters that unit `first` … unit `last` came from. */
export function spanOf({ text, base, from, to }: AlignedText, first: number, last: number): [number, number] {
  if (from && to) return [from[first], to[last]];
  const start = isLow(text.charCodeAt(first)) ? first - 1 : first;
  const end = isHigh(text.charCodeAt(last)) ? last + 2 : last + 1;
  return [base + start, base + end];
}

/** The piece from unit `first` up to `end`. */
export function slice(value: AlignedText, first: number, end: number): AlignedText {
  const { text, base, from, to } = value;
  if (first === 0 && end === text.length) return value;
  const start = first < end ? spanOf(value, first, first)[0] : value.start;
  if (!from || !to) return { text: text.slice(first, end), base: base + first, from: null, to: null, start };
  return { text: text.slice(first, end), base: 0, from: from.subarray(first, end), to: to.subarray(first, end), start };
}

/** Collects a new text unit by unit with the spans its characters come from. */
export class AlignedBuilder {
  readonly #source: AlignedText;
  #parts: string[] = [];
  #from: number[] = [];
  #to: number[] = [];

  constructor(source: AlignedText) {
    this.#source = source;
  }

  /** Copies units [first, end) of the source. */
  copy(first: number, end: number): void {
    const { text } = this.#source;
    this.#parts.push(text.slice(first, end));
    for (let i = first; i < end; i++) {
      const [from, to] = spanOf(this.#source, i, i);
      this.#from.push(from);
      this.#to.push(to);
    }
  }

  /** Adds `text`, said to come from the source's character at `unit`; from nowhere ([0, 0]) when `unit` is negative. */
  put(text: string, unit: number): void {
    const [from, to] = unit < 0 ? [0, 0] : spanOf(this.#source, unit, unit);
    this.#parts.push(text);
    for (let i = 0; i < text.length; i++) {
      this.#from.push(from);
      this.#to.push(to);
    }
  }

  build(): AlignedText {
    return {
      text: this.#parts.join(''),
      base: 0,
      from: Int32Array.from(this.#from),
      to: Int32Array.from(this.#to),
      start: this.#source.start,
    };
  }
}

/** Each character becomes `map(character)` (perhaps empty), all of it aligned with that character. */
export function mapCharacters(value: AlignedText, map: (character: string) => string): AlignedText {
  const builder = new AlignedBuilder(value);
  let unit = 0;
  for (const character of value.text) {
    builder.put(map(character), unit);
    unit += character.length;
  }
  return builder.build();
}

/** A character and how many characters it adds: 0 = takes the place of the next one, 1 = is inserted after it, -n = takes the place of n + 1. */
export type Change = readonly [character: string, change: number];

/** Rewrites the whole text as a list of changes; the pointer into the old text moves as the changes say. */
export function transform(value: AlignedText, changes: readonly Change[]): AlignedText {
  const units: number[] = [];
  let unit = 0;
  for (const character of value.text) {
    units.push(unit);
    unit += character.length;
  }
  const builder = new AlignedBuilder(value);
  let at = 0;
  for (const [character, change] of changes) {
    builder.put(character, change > 0 ? (units[at - 1] ?? -1) : (units[Math.min(at, units.length - 1)] ?? -1));
    if (change <= 0) at += 1 - change;
  }
  return builder.build();
}

/** Puts `prefix` in front, aligned with the first character; an empty text stays empty. */
export function prepend(value: AlignedText, prefix: string): AlignedText {
  if (value.text === '') return value;
  const builder = new AlignedBuilder(value);
  builder.put(prefix, 0);
  builder.copy(0, value.text.length);
  return builder.build();
}

/** [start, end) of a match, in units. */
export type Match = readonly [number, number];

/** Finds non-overlapping matches from left to right. */
export type Finder = (text: string) => Match[];

/** Replaces each match by `content`, aligned with the last character of the match. */
export function replace(value: AlignedText, find: Finder, content: string): AlignedText {
  const matches = find(value.text);
  if (matches.length === 0) return value;
  const builder = new AlignedBuilder(value);
  let at = 0;
  for (const [first, end] of matches) {
    builder.copy(at, first);
    builder.put(content, end - 1);
    at = end;
  }
  builder.copy(at, value.text.length);
  return builder.build();
}

export type SplitBehavior = 'Removed' | 'Isolated' | 'MergedWithPrevious' | 'MergedWithNext' | 'Contiguous';

interface Piece {
  readonly first: number;
  end: number;
  readonly isMatch: boolean;
}

/** Cuts a text at the matches; what becomes of the matches themselves is the behaviour. Empty pieces are dropped. */
export function split(value: AlignedText, find: Finder, behavior: SplitBehavior, invert = false): AlignedText[] {
  const pieces = cover(value.text, find(value.text), invert);
  const kept = arrange(pieces, behavior);
  return kept.filter(({ first, end }) => end > first).map(({ first, end }) => slice(value, first, end));
}

function cover(text: string, matches: readonly Match[], invert: boolean): Piece[] {
  const pieces: Piece[] = [];
  let at = 0;
  for (const [first, end] of matches) {
    if (first > at) pieces.push({ first: at, end: first, isMatch: invert });
    pieces.push({ first, end, isMatch: !invert });
    at = end;
  }
  if (at < text.length) pieces.push({ first: at, end: text.length, isMatch: invert });
  return pieces;
}

function arrange(pieces: readonly Piece[], behavior: SplitBehavior): Piece[] {
  if (behavior === 'Isolated') return [...pieces];
  if (behavior === 'Removed') return pieces.filter((piece) => !piece.isMatch);
  if (behavior === 'MergedWithNext') return mergeWithNext(pieces);
  const merged: Piece[] = [];
  let previous: Piece | undefined;
  for (const piece of pieces) {
    const joins =
      behavior === 'Contiguous' ? previous?.isMatch === piece.isMatch : piece.isMatch && previous?.isMatch !== true;
    const last = merged.at(-1);
    if (joins && last) last.end = piece.end;
    else merged.push({ ...piece });
    previous = piece;
  }
  return merged;
}

/** Walks from the end: a match joins the piece after it unless that is a match too. */
function mergeWithNext(pieces: readonly Piece[]): Piece[] {
  const merged: Piece[] = [];
  let following: Piece | undefined;
  for (const piece of pieces.toReversed()) {
    const last = merged.at(-1);
    if (piece.isMatch && following?.isMatch !== true && last)
      merged[merged.length - 1] = { ...last, first: piece.first };
    else merged.push({ ...piece });
    following = piece;
  }
  return merged.reverse();
}
