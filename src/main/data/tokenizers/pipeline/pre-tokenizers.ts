/** Pre-tokenisers of a tokenizer.json: cut the normalised text into the pieces the model sees one by one. */
import { GPT2_PATTERN_SOURCE } from '../bytes.ts';
import { TokenizerError } from '../tokenizer.ts';
import { type AlignedText, prepend, replace, type SplitBehavior, slice, split } from './aligned-text.ts';
import { type Build, buildPart, countAt, flagAt, type Json, listAt, textAt } from './component.ts';
import { toByteLetters } from './normalizers.ts';
import { compileOniguruma, finderOf, plainFinder, regexFinder } from './pattern.ts';
import { PUNCTUATION } from './unicode-tables.ts';

export type PreTokenizer = (value: AlignedText) => AlignedText[];

const BEHAVIORS: readonly SplitBehavior[] = [
  'Removed',
  'Isolated',
  'MergedWithPrevious',
  'MergedWithNext',
  'Contiguous',
];

function behaviorOf(node: Json, where: string, fallback?: SplitBehavior): SplitBehavior {
  const name = textAt(node, 'behavior', where, fallback);
  const found = BEHAVIORS.find((behavior) => behavior === name);
  if (found) return found;
  throw new TokenizerError(`${where}: the behaviour "${name}" is not known; known: ${BEHAVIORS.join(', ')}`);
}

/** One fixed pattern, one behaviour. */
const splitter = (source: RegExp, behavior: SplitBehavior): PreTokenizer => {
  const find = regexFinder(source);
  return (value) => split(value, find, behavior);
};

const gpt2 = splitter(compileOniguruma(GPT2_PATTERN_SOURCE, 'ByteLevel'), 'Isolated');
const WHITE_SPACE = /\p{White_Space}/gu;
/** Whitespace's words are those of Rust's regex crate, in which joiners belong to a word. */
const WORDS =
  /[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}]+|[^\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}\p{White_Space}]+/gu;
const SIGNS = new RegExp(PUNCTUATION.source, 'gu');

const byteLevel: Build<PreTokenizer> = (node) => {
  const prefix = flagAt(node, 'add_prefix_space', true);
  const useRegex = flagAt(node, 'use_regex', true);
  return (value) => {
    const text = prefix && !value.text.startsWith(' ') ? prepend(value, ' ') : value;
    return (useRegex ? gpt2(text) : [text]).map(toByteLetters);
  };
};

/** SentencePiece's way: spaces become a mark, words begin with it. */
const metaspace: Build<PreTokenizer> = (node, where) => {
  const mark = textAt(node, 'replacement', where, '\u2581');
  const old = flagAt(node, 'add_prefix_space', true) ? 'always' : 'never';
  const scheme = textAt(node, 'prepend_scheme', where, old);
  const cut = flagAt(node, 'split', true);
  const findSpace = finderOf({ String: ' ' }, where);
  const findMark = finderOf({ String: mark }, where);
  return (value) => {
    const marked = replace(value, findSpace, mark);
    const wanted = scheme === 'always' || (scheme === 'first' && value.start === 0);
    const text = wanted && !marked.text.startsWith(mark) ? prepend(marked, mark) : marked;
    return cut ? split(text, findMark, 'MergedWithNext') : [text];
  };
};

function fixedLength(value: AlignedText, length: number): AlignedText[] {
  const pieces: AlignedText[] = [];
  let first = 0;
  let unit = 0;
  let count = 0;
  for (const character of value.text) {
    unit += character.length;
    if (++count % length !== 0 && unit < value.text.length) continue;
    pieces.push(slice(value, first, unit));
    first = unit;
  }
  return pieces;
}

const KINDS: Readonly<Record<string, Build<PreTokenizer>>> = {
  Sequence: (node, where, depth) => {
    const steps = listAt(node.pretokenizers, where).map((part) => buildPart(KINDS, part, where, depth));
    return (value) => steps.reduce((pieces, step) => pieces.flatMap(step), [value]);
  },
  ByteLevel: byteLevel,
  Metaspace: metaspace,
  Split: (node, where) => {
    const find = finderOf(node.pattern, where);
    const behavior = behaviorOf(node, where);
    const invert = flagAt(node, 'invert', false);
    return (value) => split(value, find, behavior, invert);
  },
  Digits: (node) => {
    const find = plainFinder(/\p{N}/gu);
    const behavior = flagAt(node, 'individual_digits', false) ? 'Isolated' : 'Contiguous';
    return (value) => split(value, find, behavior);
  },
  Punctuation: (node, where) => {
    const find = plainFinder(SIGNS);
    const behavior = behaviorOf(node, where, 'Isolated');
    return (value) => split(value, find, behavior);
  },
  Whitespace: () => {
    const find = regexFinder(WORDS);
    return (value) => split(value, find, 'Removed', true);
  },
  WhitespaceSplit: () => splitter(WHITE_SPACE, 'Removed'),
  BertPreTokenizer: () => {
    const signs = plainFinder(SIGNS);
    const [words, marks] = [
      splitter(WHITE_SPACE, 'Removed'),
      (value: AlignedText) => split(value, signs, 'Isolated'),
    ] as const;
    return (value) => words(value).flatMap(marks);
  },
  CharDelimiterSplit: (node, where) => {
    const find = finderOf({ String: textAt(node, 'delimiter', where) }, where);
    return (value) => split(value, find, 'Removed');
  },
  FixedLength: (node, where) => {
    const length = Math.max(1, countAt(node, 'length', where));
    return (value) => fixedLength(value, length);
  },
};

/** Without one the whole text is one piece. */
export const readPreTokenizer = (value: unknown, where: string): PreTokenizer =>
  value === null || value === undefined ? (text) => [text] : buildPart(KINDS, value, where);
