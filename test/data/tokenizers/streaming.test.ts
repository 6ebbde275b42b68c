/** Streamed text equals the whole, and never shows half a character. */
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { loadTokenizer } from '../../../src/main/data/tokenizers/index.ts';
import { streamText } from '../../../src/main/data/tokenizers/streaming.ts';

const load = (name: string) =>
  loadTokenizer(fileURLToPath(new URL(`../../golden/tokenizers/${name}.json`, import.meta.url)));

describe.each(['byte-bpe', 'spm-bpe-prefix', 'spm-bpe-no-prefix'])('%s', (name) => {
  const tokenizer = load(name);

  it.each(['Hello there 😀 naïve 日本', ' leading and  two', '\n\n'])('streams %j', (text) => {
    const { ids } = tokenizer.encode(text, { addSpecialTokens: false });
    const stream = streamText(tokenizer);
    const parts = ids.map((id) => stream.push(id));
    expect(parts.join('')).not.toContain('\uFFFD');
    expect(parts.join('') + stream.end()).toBe(tokenizer.decode(ids));
  });

  it('gives out what stays broken at the end', () => {
    const ids = tokenizer.encode('a😀', { addSpecialTokens: false }).ids.slice(0, -1);
    const stream = streamText(tokenizer);
    expect(ids.map((id) => stream.push(id)).join('')).toBe('a');
    expect(stream.end()).toMatch(/^\uFFFD+$/);
  });
});

describe('byte fallback', () => {
  const tokenizer = load('spm-bpe-prefix');
  const byte = (value: number) => tokenizer.idOf(`<0x${value.toString(16).toUpperCase().padStart(2, '0')}>`) ?? -1;
  const word = tokenizer.encode('a', { addSpecialTokens: false }).ids;

  it.each([
    ['a whole character, then a byte that spoils the run', [0x27, 0xe5]],
    ['two characters, then half of one', [0xc3, 0xa9, 0xc3, 0xa9, 0xc3]],
    ['characters alone', [0xf0, 0x9f, 0x98, 0x80, 0x27]],
  ])('%s: the parts are the whole', (_name, bytes) => {
    const ids = [...word, ...bytes.map(byte), ...word];
    expect(ids).not.toContain(-1);
    const stream = streamText(tokenizer);
    const parts = ids.map((id) => stream.push(id));
    expect(parts.join('') + stream.end()).toBe(tokenizer.decode(ids));
  });
});
