/** Tokenizers written to a GGUF file and read from it again: the same ids on every text of the golden, or a refusal. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import { writeGguf } from '../../../../src/main/data/checkpoints/gguf/write.ts';
import { readGgufTokenizer } from '../../../../src/main/data/tokenizers/gguf/read.ts';
import { ggufTokenizer } from '../../../../src/main/data/tokenizers/gguf/write.ts';
import { createTokenizer } from '../../../../src/main/data/tokenizers/huggingface.ts';
import type { Tokenizer } from '../../../../src/main/data/tokenizers/tokenizer.ts';
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

const scored = new URL('../../../golden/gguf/tokenizers/', import.meta.url);
const { texts: scoredTexts } = JSON.parse(readFileSync(new URL('scores.json', scored), 'utf8')) as { texts: string[] };

/** What is read again, and what was told. */
function again(tokenizer: Tokenizer): { read: Tokenizer; notes: string[] } {
  const notes: string[] = [];
  const path = join(folder, 'again.gguf');
  writeGguf(
    path,
    ggufTokenizer(tokenizer, tokenizer.vocabularySize, (text) => notes.push(text)),
    [],
  );
  return { read: readGgufTokenizer(path), notes };
}

const idsOf = (tokenizer: Tokenizer): number[][] => scoredTexts.map((text) => tokenizer.encode(text).ids);

it.each(['scores-prefix', 'scores-no-prefix-eos', 'scores-added', 'scores-unigram', 'scores-tied'])(
  '%s goes out as it came in',
  (name) => {
    const tokenizer = readGgufTokenizer(fileURLToPath(new URL(`${name}.gguf`, scored)));
    const { read, notes } = again(tokenizer);
    expect(notes).toEqual([]);
    expect(idsOf(read)).toEqual(idsOf(tokenizer));
  },
);

it('merges by rank that are those of scores go out, runs of spaces of one score too', () => {
  const tokenizer = readGgufTokenizer(fileURLToPath(new URL('scores-prefix.gguf', scored)));
  const json = JSON.parse(tokenizer.files()['tokenizer.json']) as Parameters<typeof createTokenizer>[0]['tokenizer'];
  const model = json.model as { vocab: Record<string, number>; merges: [string, string][]; tied_merges?: unknown };
  // as a tokenizer.json of Llama 2 has them: all pairs of the longer runs, those of longest parts first
  const run = (length: number) => '\u2581'.repeat(length);
  for (const length of [2, 3, 4, 5, 6]) model.vocab[run(length)] ??= Object.keys(model.vocab).length;
  model.merges = model.merges.filter(([left, right]) => !/^\u2581+$/.test(left + right));
  const runs = [2, 3, 4, 5, 6].flatMap((length) =>
    Array.from({ length: length - 1 }, (_, i): [string, string] => [run(length - 1 - i), run(i + 1)]),
  );
  model.merges.push(...runs.sort((a, b) => b[0].length - a[0].length || b[1].length - a[1].length));
  delete model.tied_merges;
  const ranked = createTokenizer({ tokenizer: json, config: {}, template: null });
  const { read, notes } = again(ranked);
  expect(notes).toEqual([expect.stringContaining('long runs of one character')]);
  const withoutSpecials = (found: Tokenizer, text: string) => found.encode(text, { addSpecialTokens: false }).ids;
  for (const text of [...scoredTexts, '    x', `a${' '.repeat(13)}b`])
    expect(withoutSpecials(read, text), JSON.stringify(text)).toEqual(withoutSpecials(ranked, text));
  // tokens whose merges lie among each other and that are no runs have no scores
  const mixed = createTokenizer({
    tokenizer: { ...json, model: { ...model, merges: [...model.merges.slice(3, 6), ...model.merges] } },
    config: {},
    template: null,
  });
  expect(() => again(mixed)).toThrow(/its merges are not those of scores/);
});
