/** Broken tokenizer files are refused with the place and the reason. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createTokenizer } from '../../../src/main/data/tokenizers/huggingface.ts';
import { loadTokenizer } from '../../../src/main/data/tokenizers/index.ts';

type Json = Record<string, unknown>;
const folder = mkdtempSync(join(tmpdir(), 'plumb-tokenizer-'));
afterAll(() => rmSync(folder, { recursive: true }));

const byte: Json = JSON.parse(readFileSync(new URL('../../golden/tokenizers/byte-bpe.json', import.meta.url), 'utf8'));
const create = (change: Json) => () =>
  createTokenizer({ tokenizer: { ...byte, ...change }, config: {}, template: null }, 'x.json');
const model = (change: Json): Json => ({ model: { ...(byte.model as Json), ...change } });
const nested = (depth: number): Json =>
  depth === 0 ? { type: 'NFC' } : { type: 'Sequence', normalizers: [nested(depth - 1)] };

describe('a tokenizer.json', () => {
  it.each([
    ['no model', { model: undefined }, /x\.json: "model": expected an object/],
    ['an unknown model', model({ type: 'Nonsense' }), /the model "Nonsense" is not supported; known: BPE/],
    [
      'an unknown normaliser',
      { normalizer: { type: 'Transliterate' } },
      /"normalizer": the type "Transliterate" is not supported/,
    ],
    [
      'a compiled normaliser that is cut short',
      { normalizer: { type: 'Precompiled', precompiled_charsmap: '/////w==' } },
      /"precompiled_charsmap" must begin with the length of its trie, found 4294967295 for 4 bytes/,
    ],
    ['dropout', model({ dropout: 0.1 }), /"dropout" is 0\.1, which draws other tokens at each reading; set it to null/],
    [
      'two processors that add special tokens',
      {
        post_processor: {
          type: 'Sequence',
          processors: [1, 2].map(() => ({ type: 'BertProcessing', sep: ['a', 1], cls: ['b', 2] })),
        },
      },
      /2 processors that add special tokens/,
    ],
    [
      'added tokens that are one once normalised',
      {
        normalizer: { type: 'Lowercase' },
        added_tokens: ['AB', 'ab'].map((content, id) => ({ id: 900 + id, content, normalized: true })),
      },
      /x\.json: "added_tokens": "AB" and "ab" are both normalised to "ab"/,
    ],
    ['an unknown decoder', { decoder: { type: 'constructor' } }, /"decoder": the type "constructor" is not supported/],
    ['a merge of unknown tokens', model({ merges: [['Ġ', 'nope']] }), /merge 0 needs ".*", which is not in "vocab"/],
    ['a merge that is no pair', model({ merges: ['a b c'] }), /merge 0: expected "a b"/],
    ['an id that is no number', model({ vocab: { a: 'x' } }), /the id of "a" must be 0 to/],
    ['a giant id', model({ vocab: { a: 1e12 } }), /the id of "a" must be 0 to/],
    ['an empty vocabulary', model({ vocab: {} }), /"vocab" must hold 1 to/],
    [
      'a pattern that does not parse',
      { pre_tokenizer: { type: 'Split', pattern: { Regex: '(a' }, behavior: 'Isolated' } },
      /the pattern "\(a" cannot be used/,
    ],
    ['deep nesting', { normalizer: nested(40) }, /nested more than 16 deep/],
    [
      'a bad added token',
      { added_tokens: [{ id: -1, content: 'x' }] },
      /"added_tokens"\[0\]: "id" must be a whole number/,
    ],
  ])('with %s is refused', (_name, change, message) => {
    expect(create(change as Json)).toThrow(message);
  });
});

describe('loadTokenizer', () => {
  it('says what is missing', () => {
    expect(() => loadTokenizer(join(folder, 'absent'))).toThrow(/there is no such tokenizer/);
    expect(() => loadTokenizer(folder)).toThrow(/tokenizer\.json is missing/);
    writeFileSync(join(folder, 'tokenizer.model'), 'x');
    expect(() => loadTokenizer(folder)).toThrow(/tokenizer\.model alone is not read/);
  });

  it('names a file that is not JSON', () => {
    writeFileSync(join(folder, 'tokenizer.json'), '{"model": ');
    expect(() => loadTokenizer(folder)).toThrow(/tokenizer\.json is not valid JSON/);
  });

  it('takes special tokens from the files beside it; the map wins unless the config lists its added tokens', () => {
    writeFileSync(join(folder, 'tokenizer.json'), JSON.stringify(byte));
    writeFileSync(
      join(folder, 'special_tokens_map.json'),
      JSON.stringify({ eos_token: 'a', bos_token: { content: 'b' } }),
    );
    writeFileSync(
      join(folder, 'tokenizer_config.json'),
      JSON.stringify({ eos_token: 'c', chat_template: 'from config' }),
    );
    const tokenizer = loadTokenizer(folder);
    expect([tokenizer.bosId, tokenizer.eosId]).toEqual([tokenizer.idOf('b'), tokenizer.idOf('a')]);
    expect(tokenizer.chatTemplate).toBe('from config');
    writeFileSync(join(folder, 'chat_template.jinja'), 'from file');
    expect(loadTokenizer(folder).chatTemplate).toBe('from file');
  });

  it('writes files that open as the same tokenizer', () => {
    const tokenizer = loadTokenizer(folder);
    const copy = mkdtempSync(join(folder, 'copy-'));
    for (const [name, text] of Object.entries(tokenizer.files())) writeFileSync(join(copy, name), text);
    const again = loadTokenizer(copy);
    expect(again.encode('Some text, twice. 😀')).toEqual(tokenizer.encode('Some text, twice. 😀'));
    expect([again.bosId, again.eosId, again.chatTemplate]).toEqual([tokenizer.bosId, tokenizer.eosId, 'from file']);
  });
});
