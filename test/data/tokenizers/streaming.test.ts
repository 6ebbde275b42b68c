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
