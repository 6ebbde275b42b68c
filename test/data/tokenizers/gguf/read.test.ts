/** Tokenizers of GGUF files: ids of every named pattern and of vocabularies with scores, held against llama.cpp and the tokenizers library (test/golden/gguf/tokenizers). */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { prePatterns } from '../../../../src/main/data/tokenizers/gguf/pre-patterns.ts';
import { readGgufTokenizer } from '../../../../src/main/data/tokenizers/gguf/read.ts';
import { loadTokenizer } from '../../../../src/main/data/tokenizers/index.ts';
import type { Tokenizer } from '../../../../src/main/data/tokenizers/tokenizer.ts';
import {
  asBool,
  asF32s,
  asI32s,
  asText,
  asTexts,
  asU32,
  type Value,
  withKeys,
  written,
} from '../../checkpoints/gguf/written-by-hand.ts';

const golden = fileURLToPath(new URL('../../../golden/gguf/tokenizers/', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'plumb-gguf-tokenizers-'));
afterAll(() => rmSync(folder, { recursive: true }));

const read = <T>(name: string): T => JSON.parse(readFileSync(golden + name, 'utf8')) as T;

interface ByteLevel {
  readonly tokens: string[];
  readonly types: number[];
  readonly merges: string[];
  readonly texts: string[];
  /** Names with the same ids. */
  readonly groups: { names: string[]; ids: number[][] }[];
}
const { tokens, types, merges, texts, groups } = read<ByteLevel>('byte-level.json');
const byteLevel = {
  'tokenizer.ggml.model': asText('gpt2'),
  'tokenizer.ggml.tokens': asTexts(tokens),
  'tokenizer.ggml.token_type': asI32s(types),
  'tokenizer.ggml.merges': asTexts(merges),
  'tokenizer.ggml.bos_token_id': asU32(tokens.indexOf('<s>')),
  'tokenizer.ggml.eos_token_id': asU32(tokens.indexOf('</s>')),
};
const made = (keys: Readonly<Record<string, Value | undefined>>): Tokenizer =>
  readGgufTokenizer(written(join(folder, 'made.gguf'), withKeys({ metadata: [], tensors: [] }, keys)));

const differing = (found: Tokenizer, all: readonly string[], ids: readonly number[][]): string[] =>
  all.filter((text, i) => JSON.stringify(found.encode(text).ids) !== JSON.stringify(ids[i]));

describe('patterns', () => {
  it('every name is held against something', () => {
    expect(groups.flatMap(({ names }) => names).sort()).toEqual(prePatterns.map(([name]) => name).sort());
  });

  it.each(groups.flatMap(({ names, ids }) => names.map((name) => [name, ids] as const)))('%s', (name, ids) => {
    const tokenizer = made({ ...byteLevel, 'tokenizer.ggml.pre': asText(name) });
    expect(differing(tokenizer, texts, ids)).toEqual([]);
    expect(tokenizer.decode(tokenizer.encode('it’s 12\n x', { addSpecialTokens: false }).ids)).toBe('it’s 12\n x');
  });

  it.each(['kimi-k2', 'superbpe', 'gemma4', 'jina-v2-code', 'of-tomorrow'])('%s is refused by name', (name) => {
    expect(() => made({ ...byteLevel, 'tokenizer.ggml.pre': asText(name) })).toThrow(
      `the pre-tokenizer "${name}" is not known`,
    );
  });
});

describe('vocabularies with scores', () => {
  const scores = read<{ texts: string[]; files: { file: string; ids: number[][] }[] }>('scores.json');

  it.each(scores.files)('$file', ({ file, ids }) => {
    expect(differing(loadTokenizer(golden + file), scores.texts, ids)).toEqual([]);
  });

  it('tokens of one score are joined from the left, also after the tokenizer was saved', () => {
    const tokenizer = loadTokenizer(`${golden}scores-tied.gguf`);
    const json = JSON.parse(tokenizer.files()['tokenizer.json']) as { model: { tied_merges?: unknown[] } };
    expect(json.model.tied_merges?.length).toBeGreaterThan(0);
    delete json.model.tied_merges;
    const saved = (value: unknown): string => {
      const path = join(folder, 'tokenizer.json');
      rmSync(path, { force: true });
      writeFileSync(path, JSON.stringify(value));
      return path;
    };
    const { ids } = scores.files.find(({ file }) => file === 'scores-tied.gguf') ?? { ids: [] };
    const untied = differing(loadTokenizer(saved(json)), scores.texts, ids);
    expect(untied.length).toBeGreaterThan(0);
    const again = loadTokenizer(saved(JSON.parse(tokenizer.files()['tokenizer.json'])));
    expect(differing(again, scores.texts, ids)).toEqual([]);
  });
});

describe('what is refused', () => {
  const bytes = Array.from({ length: 256 }, (_, i) => `<0x${i.toString(16).toUpperCase().padStart(2, '0')}>`);
  const spm = {
    'tokenizer.ggml.model': asText('llama'),
    'tokenizer.ggml.tokens': asTexts(['<unk>', '<s>', '</s>', ...bytes]),
    'tokenizer.ggml.token_type': asI32s([2, 3, 3, ...bytes.map(() => 6)]),
    'tokenizer.ggml.scores': asF32s([0, 0, 0, ...bytes.map(() => 0)]),
    'tokenizer.ggml.bos_token_id': asU32(1),
    'tokenizer.ggml.eos_token_id': asU32(2),
  };
  it('the control is read', () => {
    expect(made(spm).encode('a<unk>').ids).toEqual([1, 3 + 0xe2, 3 + 0x96, 3 + 0x81, 3 + 97, 0]);
  });

  const cases: [what: string, keys: Record<string, Value | undefined>, reason: RegExp][] = [
    ['bert', { 'tokenizer.ggml.model': asText('bert') }, /the tokenizer "bert" is not supported/],
    ['t5', { 'tokenizer.ggml.model': asText('t5') }, /the tokenizer "t5" is not supported/],
    ['rwkv', { 'tokenizer.ggml.model': asText('rwkv') }, /the tokenizer "rwkv" is not supported/],
    [
      'spaces that are taken away',
      { 'tokenizer.ggml.remove_extra_whitespaces': asBool(true) },
      /remove_extra_whitespaces" is true/,
    ],
    [
      'characters that are rewritten',
      { 'tokenizer.ggml.precompiled_charsmap': asI32s([1, 2]) },
      /precompiled_charsmap" rewrites/,
    ],
    [
      'a score that is no number',
      { 'tokenizer.ggml.scores': asF32s([Number.NaN, 0, 0, ...bytes.map(() => 0)]) },
      /scores"\[0\] is no number/,
    ],
    ['too few scores', { 'tokenizer.ggml.scores': asF32s([0]) }, /scores" has 1 entries, the vocabulary has 259/],
    [
      'too few types',
      { 'tokenizer.ggml.token_type': asI32s([2]) },
      /token_type" has 1 entries, the vocabulary has 259/,
    ],
    ['types in words', { 'tokenizer.ggml.token_type': asTexts(['a']) }, /token_type"\[0\] must be one of numbers/],
    ['a token beyond', { 'tokenizer.ggml.eos_token_id': asU32(259) }, /eos_token_id" is 259, the vocabulary has 259/],
    [
      'a byte that is not there',
      { 'tokenizer.ggml.tokens': asTexts(['<unk>', '<s>', '</s>', 'x', ...bytes.slice(1)]) },
      /no token <0x00>/,
    ],
    [
      'a text for two tokens',
      { 'tokenizer.ggml.tokens': asTexts(['<unk>', '<s>', '<s>', ...bytes]) },
      /the tokens 1 and 2 are both "<s>"/,
    ],
    ['no BOS to begin with', { 'tokenizer.ggml.bos_token_id': undefined }, /add_bos_token" asks for a token/],
  ];
  it.each(cases)('%s', (_, keys, reason) => {
    expect(() => made({ ...spm, ...keys })).toThrow(reason);
  });

  it('a merge of nothing', () => {
    const wrong = { ...byteLevel, 'tokenizer.ggml.pre': asText('gpt-2'), 'tokenizer.ggml.merges': asTexts(['ab']) };
    expect(() => made(wrong)).toThrow(/merges"\[0\] must be two tokens and a space between, found "ab"/);
  });
});

describe('chat templates', () => {
  const base = { ...byteLevel, 'tokenizer.ggml.pre': asText('gpt-2') };
  const named = {
    'tokenizer.chat_templates': asTexts(['tool_use', 'rag']),
    'tokenizer.chat_template.tool_use': asText('T'),
    'tokenizer.chat_template.rag': asText('R'),
  };
  it.each([
    ['none', {}, null],
    ['one', { 'tokenizer.chat_template': asText('D') }, 'D'],
    ['one and named ones', { ...named, 'tokenizer.chat_template': asText('D') }, 'D'],
    ['named ones', named, 'T'],
    [
      'a named default',
      {
        ...named,
        'tokenizer.chat_templates': asTexts(['rag', 'default']),
        'tokenizer.chat_template.default': asText('N'),
      },
      'N',
    ],
  ])('%s', (_, keys, expected) => {
    expect(made({ ...base, ...keys }).chatTemplate).toBe(expected);
  });
  it('a name without a template', () => {
    expect(() => made({ ...base, 'tokenizer.chat_templates': asTexts(['x']) })).toThrow(
      /"tokenizer.chat_template.x" is missing/,
    );
  });
});
