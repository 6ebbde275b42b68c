/** Every part a tokenizer.json may name, held against the Rust library itself on random texts. */
import { readFileSync } from 'node:fs';
import { Tokenizer as Native } from 'tokenizers';
import { describe, expect, it } from 'vitest';
import { createTokenizer } from '../../../src/main/data/tokenizers/huggingface.ts';

type Json = Record<string, unknown>;

const read = (name: string): Json =>
  JSON.parse(readFileSync(new URL(`../../golden/tokenizers/${name}.json`, import.meta.url), 'utf8'));
const [byte, spm, prefixed, unigram, flags, compiled] = [
  'byte-bpe',
  'spm-bpe-no-prefix',
  'spm-bpe-prefix',
  'unigram-nfkc',
  'byte-digits-flags',
  'unigram-precompiled',
].map(read);
const model = (tokenizer: Json, change: Json): Json => ({
  ...tokenizer,
  model: { ...(tokenizer.model as Json), ...change },
});

const byteLevel = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: false };
const before = (part: Json): Json => ({
  ...byte,
  pre_tokenizer: { type: 'Sequence', pretokenizers: [part, byteLevel] },
});
const splitBy = (regex: string, behavior = 'Isolated', invert = false): Json =>
  before({ type: 'Split', pattern: { Regex: regex }, behavior, invert });

/** Patterns of real models, and single features of Oniguruma. */
const PATTERNS: Record<string, string> = {
  cl100k:
    "'(?i:[sdmt]|ll|ve|re)|[^\\r\\n\\p{L}\\p{N}]?+\\p{L}++|\\p{N}{1,3}+| ?[^\\s\\p{L}\\p{N}]++[\\r\\n]*+|\\s++$|\\s*[\\r\\n]|\\s+(?!\\S)|\\s",
  o200k:
    "[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]*[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
  deepseek:
    '[!"#$%&\'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+|[^\\r\\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+| ?[\\p{P}\\p{S}]+[\\r\\n]*|\\s+(?!\\S)|\\s+',
  wordsOrSigns: '\\w+|[^\\w\\s]+',
  wordsInClass: '[\\w-]+',
  range: '[一-龥\u3040-ゟ゠-ヿ]+',
  script: '\\p{Han}+|[^\\p{Han}]+',
  words: '\\w+|\\d|\\W',
  boundary: '\\b.',
  'ignored case': '(?i:k[a-c]*|s+)',
  lines: '^.*$',
  'look-behind': '(?<=a)b|(?<!a)c',
  'named group': '(?<x>a)(b|c)',
  'negated sets': '[^\\s\\d]+|[\\S]+',
  hexadecimal: '\\h+|\\x{1F600}|\\u00e9',
};

const metaspace = (scheme: string, split: boolean): Json => {
  const part = { type: 'Metaspace', replacement: '▁', prepend_scheme: scheme, split };
  return { ...prefixed, normalizer: null, pre_tokenizer: part, decoder: part };
};
const normalized = (normalizer: Json): Json => ({ ...byte, normalizer });

const special = (id: string): Json => ({ SpecialToken: { id, type_id: 0 } });

const VARIANTS: Record<string, Json> = {
  ...Object.fromEntries(Object.entries(PATTERNS).map(([name, regex]) => [`pattern: ${name}`, splitBy(regex)])),
  ...Object.fromEntries(
    ['Removed', 'Isolated', 'MergedWithPrevious', 'MergedWithNext', 'Contiguous'].flatMap((behavior) =>
      [false, true].map((invert) => [`split ${behavior} ${invert}`, splitBy('\\p{P}', behavior, invert)]),
    ),
  ),
  digits: before({ type: 'Digits', individual_digits: false }),
  punctuation: before({ type: 'Punctuation', behavior: 'MergedWithPrevious' }),
  Whitespace: before({ type: 'Whitespace' }),
  WhitespaceSplit: before({ type: 'WhitespaceSplit' }),
  BertPreTokenizer: before({ type: 'BertPreTokenizer' }),
  CharDelimiterSplit: before({ type: 'CharDelimiterSplit', delimiter: 'e' }),
  FixedLength: before({ type: 'FixedLength', length: 3 }),
  ...Object.fromEntries(
    ['NFC', 'NFD', 'NFKC', 'NFKD', 'Lowercase', 'StripAccents'].map((type) => [type, normalized({ type })]),
  ),
  Strip: normalized({ type: 'Strip', strip_left: true, strip_right: true }),
  BertNormalizer: normalized({
    type: 'BertNormalizer',
    clean_text: true,
    handle_chinese_chars: true,
    strip_accents: null,
    lowercase: true,
  }),
  Replace: normalized({ type: 'Replace', pattern: { Regex: '[aeiou]{1,2}' }, content: 'XYZ' }),
  Prepend: normalized({ type: 'Prepend', prepend: 'ab ' }),
  'ByteLevel normaliser': { ...normalized({ type: 'ByteLevel' }), pre_tokenizer: null },
  'trimmed offsets with prefix': {
    ...byte,
    pre_tokenizer: { ...byteLevel, add_prefix_space: true, use_regex: true },
    post_processor: { ...byteLevel, add_prefix_space: true },
  },
  RobertaProcessing: {
    ...byte,
    post_processor: {
      type: 'RobertaProcessing',
      sep: ['</s>', 2],
      cls: ['<s>', 0],
      trim_offsets: true,
      add_prefix_space: false,
    },
  },
  BertProcessing: { ...byte, post_processor: { type: 'BertProcessing', sep: ['</s>', 2], cls: ['<s>', 0] } },
  'fused unknowns': model(spm, { byte_fallback: false }),
  'single unknowns': model(spm, { byte_fallback: false, fuse_unk: false }),
  'Unigram byte fallback': model(unigram, { byte_fallback: true }),
  ...Object.fromEntries(
    ['always', 'first', 'never'].flatMap((scheme) =>
      [true, false].map((split) => [`Metaspace ${scheme} ${split}`, metaspace(scheme, split)]),
    ),
  ),
  'added tokens with flags': flags,
  'added tokens in lower case': { ...flags, normalizer: { type: 'Lowercase' }, pre_tokenizer: byte.pre_tokenizer },
  'no decoder': { ...spm, decoder: null },
  ...Object.fromEntries(['a*', '^', '$', '(?=e)', '\\b'].map((regex) => [`empty matches of ${regex}`, splitBy(regex)])),
  Nmt: normalized({ type: 'Nmt' }),
  'a compiled normaliser': compiled,
  'a compiled normaliser before bytes': normalized((compiled.normalizer as { normalizers: Json[] }).normalizers[0]),
  'ids of added tokens that skip some': {
    ...byte,
    added_tokens: (flags.added_tokens as Json[]).map((token, i) => ({ ...token, id: 900 + 7 * i })),
  },
  'an added token of the vocabulary under another id': {
    ...byte,
    added_tokens: [{ ...(flags.added_tokens as Json[])[0], id: 999, content: 'ing' }],
  },
  'an added token again with other flags': {
    ...byte,
    added_tokens: [false, true].map((lstrip) => ({
      ...(flags.added_tokens as Json[])[0],
      id: 900,
      content: '<mask>',
      lstrip,
    })),
  },
  'a template with the text twice': {
    ...byte,
    post_processor: {
      type: 'TemplateProcessing',
      single: [{ Sequence: { id: 'A', type_id: 0 } }, special('</s>'), { Sequence: { id: 'A', type_id: 0 } }],
      pair: [{ Sequence: { id: 'A', type_id: 0 } }, { Sequence: { id: 'B', type_id: 1 } }],
      special_tokens: { '</s>': { id: '</s>', ids: [2], tokens: ['</s>'] } },
    },
  },
};

const PIECES = [
  'z\u200dw',
  'a½ x² ①',
  'a',
  'b',
  'e',
  ' ',
  '  ',
  '\n',
  '\t',
  'é',
  'e\u0301',
  'ö',
  'ﬁ',
  'Å',
  '\u212a',
  '\u017f',
  '한',
  '각',
  '각',
  '中',
  '文',
  '😀',
  '👨‍👩‍👧',
  'ạ̈',
  'q\u0307\u0323',
  '١',
  'Ⅳ',
  '\u0085',
  '\ufeff',
  '\u200b',
  '\u00a0',
  "'s",
  "'T",
  '.',
  ',',
  '!',
  '<s>',
  '</s>',
  '<mask>',
  '<sep>',
  '<both>',
  'word',
  '▁',
  'THE',
  'the ',
  'ing',
  '0',
  '12',
  'İ',
  'ß',
  'ｶﾞ',
  '\u0000',
  '\ue000',
  '<think>',
  'Straße',
  'ΑΣ',
  '\u0378',
  '\r\n',
  '½',
  '１',
  '१२',
  '३.५',
  '12345678',
  '🇩🇪',
  '👍🏽',
  '\u2003',
  '\u3000',
  '\u202e',
  '\ufffd',
  '\u{10ffff}',
  '\u0300\u0316',
  '\u0345',
  '’s',
  "'ſ",
  '𝟙',
  'ก็',
  '<|endoftext|>',
  ' '.repeat(70),
  'x'.repeat(300),
  // letters, marks and signs younger than the library's tables
  '\u088f',
  'a\u0897',
  '\u{1cd00}',
  '\u{10940}b',
  '\u32ff',
  '\u{105c9}',
  '\u2e5d',
  // what the compiled normaliser rewrites
  '™\u0001g',
  '\u00ad',
  '㌔',
  'か\u3099',
  'a\u0300\u0316',
  'ＡＢ',
];

/** The same texts every time: a linear congruential generator. */
function randomTexts(count: number): string[] {
  let state = 12345;
  const below = (n: number): number => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return Math.floor((state / 2 ** 32) * n);
  };
  return Array.from({ length: count }, () =>
    Array.from({ length: 1 + below(14) }, () => PIECES[below(PIECES.length)]).join(''),
  );
}

const texts = [...PIECES.filter((piece) => piece.length < 5), ...randomTexts(80)];

async function expected(native: Native, text: string, addSpecialTokens: boolean) {
  const encoding = await native.encode(text, null, { addSpecialTokens });
  const units = [0];
  for (const character of text) units.push(units[units.length - 1] + character.length);
  const ids = encoding.getIds();
  return {
    text,
    ids,
    offsets: encoding.getOffsets().map(([start, end]) => [units[start], units[end]]),
    decoded: await native.decode(ids, addSpecialTokens),
  };
}

describe.each(Object.entries(VARIANTS))('%s', (_name, tokenizer) => {
  it.each([true, false])('special tokens %s: equals the Rust library', async (addSpecialTokens) => {
    const native = Native.fromString(JSON.stringify(tokenizer));
    const ours = createTokenizer({ tokenizer, config: {}, template: null });
    const wanted = await Promise.all(texts.map((text) => expected(native, text, addSpecialTokens)));
    const got = wanted.map(({ text, ids }) => ({
      text,
      ...ours.encode(text, { addSpecialTokens }),
      decoded: ours.decode(ids, { skipSpecialTokens: addSpecialTokens }),
    }));
    expect(got).toEqual(wanted);
  });
});

describe('word models', () => {
  const wordPiece: Json = {
    version: '1.0',
    added_tokens: [],
    normalizer: null,
    pre_tokenizer: { type: 'BertPreTokenizer' },
    post_processor: null,
    decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
    model: {
      type: 'WordPiece',
      unk_token: '[UNK]',
      continuing_subword_prefix: '##',
      max_input_chars_per_word: 8,
      vocab: { '[UNK]': 0, un: 1, '##aff': 2, '##able': 3, '.': 4, a: 5, '##b': 6, é: 7, '##😀': 8 },
    },
  };
  const wordLevel: Json = {
    ...wordPiece,
    decoder: null,
    model: { type: 'WordLevel', unk_token: '[UNK]', vocab: { '[UNK]': 0, un: 1, '.': 2, a: 3 } },
  };
  it.each([
    ['WordPiece', wordPiece],
    ['WordLevel', wordLevel],
  ])('%s equals the Rust library', async (_name, tokenizer) => {
    const native = Native.fromString(JSON.stringify(tokenizer));
    const ours = createTokenizer({ tokenizer, config: {}, template: null });
    for (const text of ['unaffable.', 'a ab abb', 'é😀 unaff x', 'aaaaaaaaaaaa un', '', ' . un']) {
      const wanted = await expected(native, text, true);
      expect({ text, ...ours.encode(text), decoded: ours.decode(wanted.ids, { skipSpecialTokens: true }) }).toEqual(
        wanted,
      );
    }
  });
});
