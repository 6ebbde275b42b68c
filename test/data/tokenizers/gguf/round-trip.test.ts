/** Tokenizers written to a GGUF file and read from it again: the same ids on every text of the golden, or a refusal. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { writeGguf } from '../../../../src/main/data/checkpoints/gguf/write.ts';
import { readGgufTokenizer } from '../../../../src/main/data/tokenizers/gguf/read.ts';
import { ggufTokenizer } from '../../../../src/main/data/tokenizers/gguf/write.ts';
import { goldenTokenizer } from '../../../exports/tiny-models.ts';

const folder = mkdtempSync(join(tmpdir(), 'plumb-gguf-tokenizer-'));
afterAll(() => rmSync(folder, { recursive: true }));

const { texts } = JSON.parse(
  readFileSync(new URL('../../../golden/tokenizers/expected.json', import.meta.url), 'utf8'),
) as { texts: string[] };

/** What a GGUF file cannot hold is told; texts that it does not touch get the same ids. */
it.each([
  ['byte-bpe', 'gpt-2', []],
  ['byte-bpe-llama3', 'dbrx', []],
  ['byte-bpe-qwen2-nfc', 'qwen2', [expect.stringContaining('no normaliser')]],
  ['spm-bpe-prefix', 'default', []],
  ['spm-bpe-no-prefix', 'default', []],
  ['spm-bpe-metaspace-first', 'default', [expect.stringContaining('a space before every text')]],
])('%s', (name, pre, told) => {
  const tokenizer = goldenTokenizer(name, { bos_token: '<s>', eos_token: '</s>' });
  const path = join(folder, `${name}.gguf`);
  const notes: string[] = [];
  const metadata = ggufTokenizer(tokenizer, tokenizer.vocabularySize + 3, (text) => notes.push(text));
  expect(metadata.get('tokenizer.ggml.pre')).toEqual({ text: pre });
  expect(notes).toEqual(told);
  writeGguf(path, metadata, []);
  const read = readGgufTokenizer(path);
  const isTouched = (text: string) => name.includes('metaspace') && /^[ ▁]|</.test(text);
  for (const text of texts.filter((text) => !isTouched(text))) {
    const normal = text.normalize('NFC');
    expect(read.encode(normal).ids, JSON.stringify(text)).toEqual(tokenizer.encode(normal).ids);
    const ids = tokenizer.encode(normal).ids;
    expect(read.decode(ids), JSON.stringify(text)).toEqual(tokenizer.decode(ids));
  }
  expect(read.vocabularySize).toBe(tokenizer.vocabularySize + 3);
});
