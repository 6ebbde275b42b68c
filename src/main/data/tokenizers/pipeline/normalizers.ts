/** Normalisers of a tokenizer.json: what happens to the text before it is cut into words. */
import { BYTE_TO_CHAR } from '../bytes.ts';
import { TokenizerError } from '../tokenizer.ts';
import {
  type AlignedText,
  type Change,
  type Finder,
  mapCharacters,
  prepend,
  replace,
  slice,
  transform,
} from './aligned-text.ts';
import { type Build, buildPart, flagAt, listAt, textAt } from './component.ts';
import { finderOf } from './pattern.ts';
import { precompiled } from './precompiled.ts';
import { BERT_CONTROL, MARK, NMT_CONTROL, NON_SPACING_MARK, WITHOUT_NORMAL_FORM } from './unicode-tables.ts';

export type Normalizer = (value: AlignedText) => AlignedText;

type Form = 'NFC' | 'NFD' | 'NFKC' | 'NFKD';

/** A character with the marks (and Hangul vowels, finals) that may join with it: normal forms never reach across these. */
const CLUSTER = /[\s\S][\p{M}\u1160-\u11ff\uff9e\uff9f\u{d7b0}-\u{d7ff}]*/gu;

export const unicodeNormalizer =
  (form: Form): Normalizer =>
  (value) => {
    const { text } = value;
    if (text.normalize(form) === text) return value;
    const changes = text
      .split(AROUND_UNFORMED)
      .flatMap((part, i) => (i % 2 === 1 ? ([[part, 0]] satisfies Change[]) : partChanges(part, form)));
    return transform(value, changes);
  };

/** Splits at characters that have no normal form, which stand at the odd places. */
const AROUND_UNFORMED = new RegExp(`(${WITHOUT_NORMAL_FORM.source})`, 'u');

function partChanges(text: string, form: Form): Change[] {
  const clusters = text.match(CLUSTER) ?? [];
  const local = clusters.map((cluster) => cluster.normalize(form)).join('') === text.normalize(form);
  return (local ? clusters : [text]).flatMap((cluster) => clusterChanges(cluster, form));
}

/** How one cluster becomes its normal form, in the change counts the tokenizers library uses. */
function clusterChanges(cluster: string, form: Form): Change[] {
  const wanted = cluster.normalize(form);
  if (wanted === cluster) return [...cluster].map((character) => [character, 0]);
  const canonical = form.endsWith('D') ? form : (`${form.slice(0, -1)}D` as Form);
  const parts = [...cluster].flatMap((character) =>
    [...character.normalize(canonical)].map((part, i) => ({ part, change: i === 0 ? 0 : 1, used: false })),
  );
  const take = (part: string): number => {
    const found = parts.find((p) => !p.used && p.part === part);
    if (!found) return 0;
    found.used = true;
    return found.change;
  };
  if (form.endsWith('D')) return [...wanted].map((character) => [character, take(character)]);
  return [...wanted].map((character) => {
    const [first, ...rest] = [...character.normalize('NFD')].map(take);
    return [character, rest.reduce((sum, change) => sum + change - 1, first ?? 0)];
  });
}

/** Removes the characters that match; the others keep their place. */
export const removeCharacters =
  (pattern: RegExp): Normalizer =>
  (value) =>
    pattern.test(value.text) ? mapCharacters(value, (c) => (pattern.test(c) ? '' : c)) : value;

const lowercase: Normalizer = (value) =>
  value.text === value.text.toLowerCase() ? value : mapCharacters(value, (c) => c.toLowerCase());

const stripAccents = removeCharacters(MARK);
const stripNonSpacing = removeCharacters(NON_SPACING_MARK);

/** Bytes of the UTF-8 form as printable letters, GPT-2's alphabet. */
export function toByteLetters(value: AlignedText): AlignedText {
  const letters = byteLetters(value.text);
  // one letter per unit: the alignment stays as it is
  if (letters.length === value.text.length) return { ...value, text: letters };
  return mapCharacters(value, byteLetters);
}

const byteLetters = (text: string): string => {
  const bytes = Buffer.from(text);
  let letters = '';
  for (const byte of bytes) letters += BYTE_TO_CHAR[byte];
  return letters;
};

function strip(value: AlignedText, left: boolean, right: boolean): AlignedText {
  const { text } = value;
  const first = left ? (/^\p{White_Space}*/u.exec(text)?.[0].length ?? 0) : 0;
  const tail = right ? (/\p{White_Space}*$/u.exec(text.slice(first))?.[0].length ?? 0) : 0;
  return slice(value, first, text.length - tail);
}

/** A pattern that replaces nothing by something is refused: what the tokenizers library makes of it is no longer a text of that form. */
const matchesText =
  (find: Finder, where: string): Finder =>
  (text) => {
    const matches = find(text);
    if (matches.some(([first, end]) => first === end))
      throw new TokenizerError(`${where}: its pattern matches where nothing stands, which is not supported`);
    return matches;
  };

const CJK =
  /[\u4e00-\u9fff\u3400-\u4dbf\u{20000}-\u{2a6df}\u{2a700}-\u{2b73f}\u{2b740}-\u{2b81f}\u{2b920}-\u{2ceaf}\uf900-\ufaff\u{2f800}-\u{2fa1f}]/u;

/** BERT's own cleaning: controls out, white space to spaces, CJK characters apart, accents and case on request. */
const bert: Build<Normalizer> = (node) => {
  const lower = flagAt(node, 'lowercase', true);
  const steps: Normalizer[] = [];
  if (flagAt(node, 'clean_text', true))
    steps.push(removeCharacters(BERT_CONTROL), (value) =>
      mapCharacters(value, (c) => (/\p{White_Space}/u.test(c) ? ' ' : c)),
    );
  if (flagAt(node, 'handle_chinese_chars', true))
    steps.push((value) => mapCharacters(value, (c) => (CJK.test(c) ? ` ${c} ` : c)));
  if (flagAt(node, 'strip_accents', lower)) steps.push(unicodeNormalizer('NFD'), stripNonSpacing);
  if (lower) steps.push(lowercase);
  return (value) => steps.reduce((text, step) => step(text), value);
};

/** SentencePiece's older cleaning: some controls out, all kinds of white space and marks of direction to spaces. */
const nmtControls = removeCharacters(NMT_CONTROL);
const NMT_SPACE = /[\t\n\f\r\u1680\u200b-\u200f\u2028\u2029\u2581\ufeff\ufffd]/u;
const nmt: Normalizer = (value) => mapCharacters(nmtControls(value), (c) => (NMT_SPACE.test(c) ? ' ' : c));

const KINDS: Readonly<Record<string, Build<Normalizer>>> = {
  Sequence: (node, where, depth) => {
    const steps = listAt(node.normalizers, where).map((part) => buildPart(KINDS, part, where, depth));
    return (value) => steps.reduce((text, step) => step(text), value);
  },
  NFC: () => unicodeNormalizer('NFC'),
  NFD: () => unicodeNormalizer('NFD'),
  NFKC: () => unicodeNormalizer('NFKC'),
  NFKD: () => unicodeNormalizer('NFKD'),
  Lowercase: () => lowercase,
  StripAccents: () => stripAccents,
  Strip: (node) => (value) => strip(value, flagAt(node, 'strip_left', true), flagAt(node, 'strip_right', true)),
  Prepend: (node, where) => {
    const prefix = textAt(node, 'prepend', where);
    return (value) => prepend(value, prefix);
  },
  Replace: (node, where) => {
    const find = finderOf(node.pattern, where);
    const content = textAt(node, 'content', where);
    return (value) => replace(value, matchesText(find, where), content);
  },
  Nmt: () => nmt,
  Precompiled: precompiled,
  ByteLevel: () => toByteLetters,
  BertNormalizer: bert,
};

/** The normaliser of a tokenizer.json; `null` there means none. */
export const readNormalizer = (value: unknown, where: string): Normalizer | null =>
  value === null || value === undefined ? null : buildPart(KINDS, value, where);
