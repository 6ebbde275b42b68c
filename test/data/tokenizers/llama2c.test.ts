/** llama2.c's tokenizer file: equal to run.c's algorithm, and refused when broken. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { loadTokenizer } from '../../../src/main/data/tokenizers/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'plumb-llama2c-'));
afterAll(() => rmSync(folder, { recursive: true }));

const hex = (b: number): string => `<0x${b.toString(16).toUpperCase().padStart(2, '0')}>`;
const JOINED = [' a', 'ab', ' ab', 'bc', 'abc', ' abc', 'aa', 'éa', '  ', 'ca', 'aaa'];
const PIECES = [
  '<unk>',
  '\n<s>\n',
  '\n</s>\n',
  ...Array.from({ length: 256 }, (_, b) => hex(b)),
  ...JOINED,
  ' ',
  'a',
  'b',
  'c',
  'é',
];

function fileOf(pieces: readonly string[], score = (i: number) => -i): Buffer {
  const parts = pieces.map((text, i) => {
    const bytes = Buffer.from(text);
    const head = Buffer.alloc(8);
    head.writeFloatLE(i < 259 ? 0 : score(i));
    head.writeInt32LE(bytes.length, 4);
    return Buffer.concat([head, bytes]);
  });
  const longest = Buffer.alloc(4);
  longest.writeInt32LE(8);
  return Buffer.concat([longest, ...parts]);
}

function write(name: string, content: Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

/** encode() of run.c: a space in front, characters or bytes, then the best scoring neighbours joined until none is left. */
function runC(text: string): number[] {
  const idOf = new Map(PIECES.map((piece, id) => [piece, id]));
  const ids = text === '' ? [] : [idOf.get(' ') ?? -1];
  for (const c of text) ids.push(...(idOf.has(c) ? [idOf.get(c) ?? -1] : [...Buffer.from(c)].map((b) => b + 3)));
  for (;;) {
    let best = -1;
    let bestId = -1;
    for (let i = 0; i + 1 < ids.length; i++) {
      const id = idOf.get(PIECES[ids[i]] + PIECES[ids[i + 1]]);
      if (id !== undefined && (best < 0 || id < bestId)) [best, bestId] = [i, id];
    }
    if (best < 0) return [1, ...ids];
    ids.splice(best, 2, bestId);
  }
}

describe('a llama2.c tokenizer', () => {
  const tokenizer = loadTokenizer(write('tok.bin', fileOf(PIECES)));
  const texts = ['', 'abc', 'a', 'aabca', '  ab  abc', 'éabé', 'x😀a', 'ab\nabc', 'aaaa bc', ' '];

  it.each(texts)('encodes %j as run.c does, and gives it back', (text) => {
    const { ids } = tokenizer.encode(text);
    expect(ids).toEqual(runC(text));
    expect(tokenizer.decode(ids, { skipSpecialTokens: true })).toBe(text);
  });

  it('names its special tokens and places tokens in the text', () => {
    expect([tokenizer.bosId, tokenizer.eosId, tokenizer.unkId, tokenizer.padId]).toEqual([1, 2, 0, null]);
    expect(tokenizer.vocabularySize).toBe(PIECES.length);
    expect(tokenizer.encode('éa😀', { addSpecialTokens: false }).offsets).toEqual([
      [0, 1],
      [0, 2],
      [2, 4],
      [2, 4],
      [2, 4],
      [2, 4],
    ]);
  });

  it('writes a tokenizer.json that opens as the same tokenizer', () => {
    const copy = mkdtempSync(join(folder, 'copy-'));
    for (const [name, text] of Object.entries(tokenizer.files())) writeFileSync(join(copy, name), text);
    const again = loadTokenizer(copy);
    expect(texts.map((text) => again.encode(text))).toEqual(texts.map((text) => tokenizer.encode(text)));
    expect([again.bosId, again.eosId]).toEqual([1, 2]);
  });

  it.each([
    ['an entry cut off', fileOf(PIECES).subarray(0, -1), /claims 2 bytes, 1 are left/],
    ['a head cut off', fileOf(PIECES).subarray(0, 4 + 8 + 5 + 3), /token 1: the file ends inside its entry/],
    ['too few tokens', fileOf(PIECES.slice(0, 100)), /100 tokens; a llama2\.c tokenizer has at least 259/],
    ['other first tokens', fileOf(['x', ...PIECES.slice(1)]), /token 0 must be <unk>, found "x"/],
    ['a score that is no number', fileOf(PIECES, () => Number.NaN), /token 259: its score is not a number/],
    ['nothing in it', Buffer.alloc(0), /0 bytes/],
  ])('with %s is refused', (name, content, message) => {
    expect(() => loadTokenizer(write(`${name}.bin`, content))).toThrow(message);
  });
});
