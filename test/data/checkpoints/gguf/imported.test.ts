/** GGUF models that come into a workspace as Hugging Face folders: the same config, weights, ends and logits, with the file's own tokenizer or with another. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import { copyModel } from '../../../../src/main/data/checkpoints/copy-model.ts';
import { openCheckpoint } from '../../../../src/main/data/checkpoints/index.ts';
import { loadTokenizer } from '../../../../src/main/data/tokenizers/index.ts';
import { loadLanguageModel } from '../../../../src/main/engine/models/language-model.ts';
import { createScorer } from '../../../../src/main/evaluate/scoring.ts';
import { asI32s, asText, asTexts, asU32, takenApart, withKeys, written } from './written-by-hand.ts';

const folder = mkdtempSync(join(tmpdir(), 'plumb-gguf-imported-'));
afterAll(() => rmSync(folder, { recursive: true }));

const TOKENS = ['<s>', '</s>', '<|im_end|>', '<|eom_id|>', ...'abcdefghijklmnopqr', 'ab', 'abc'];
/** A byte-level tokenizer of the letters to r. */
const tokenizerKeys = {
  'tokenizer.ggml.model': asText('gpt2'),
  'tokenizer.ggml.pre': asText('gpt-2'),
  'tokenizer.ggml.tokens': asTexts(TOKENS),
  'tokenizer.ggml.token_type': asI32s(TOKENS.map((_, i) => (i < 4 ? 3 : 1))),
  'tokenizer.ggml.merges': asTexts(['a b', 'ab c']),
  'tokenizer.ggml.bos_token_id': asU32(0),
  'tokenizer.ggml.eos_token_id': asU32(1),
};

async function logits(path: string, ids: readonly number[][]): Promise<number[][]> {
  const { config, tensors } = openCheckpoint(path);
  const model = loadLanguageModel(config, tensors);
  const scorer = await createScorer(model, { weights: 'frozen', maxPositions: 16, threads: 1 });
  const found = await scorer.lastLogits(ids);
  await scorer.close();
  return found.map((row) => [...row]);
}

it.each([
  'llama-blocks-of-256',
  'llama-biases-in-part',
  'llama-attention-factor',
  'llama-longrope-within-original',
  'mistral-window',
  'qwen2-tied',
  'qwen2-yarn',
  'qwen3-head-size',
])('%s', async (name) => {
  const path = written(join(folder, `${name}.gguf`), withKeys(takenApart(name), tokenizerKeys));
  const copy = join(folder, name);
  mkdirSync(copy);
  await copyModel(path, copy);
  const [from, into] = [openCheckpoint(path), openCheckpoint(copy)];
  expect(into.config).toEqual(from.config);
  expect(into.generationConfig).toEqual(from.generationConfig);
  for (const tensor of from.tensors.names())
    expect(into.tensors.float32(tensor), tensor).toEqual(from.tensors.float32(tensor));
  const { ids } = loadTokenizer(copy).encode('abcabd<|im_end|>pqr');
  expect(ids).toEqual([23, 22, 7, 2, 19, 20, 21]);
  expect(await logits(copy, [ids])).toEqual(await logits(path, [ids]));
});

it('answers end at the tokens that the file names, and at those of the same meaning', () => {
  const ends = (keys: Parameters<typeof withKeys>[1]) =>
    openCheckpoint(written(join(folder, 'ends.gguf'), withKeys(takenApart('llama-gqa'), { ...tokenizerKeys, ...keys })))
      .generationConfig;
  expect(ends({})).toEqual({ bos_token_id: 0, eos_token_id: [1, 2, 3] });
  // without types nobody knows which tokens are control tokens; those that are named count
  const named = { 'tokenizer.ggml.token_type': undefined, 'tokenizer.ggml.eot_token_id': asU32(5) };
  expect(ends(named)).toEqual({ bos_token_id: 0, eos_token_id: [1, 5] });
  expect(ends({ ...named, 'tokenizer.ggml.eom_token_id': asU32(6) })).toMatchObject({ eos_token_id: [1, 5, 6] });
  expect(ends({ 'tokenizer.ggml.eos_token_id': undefined })).toEqual({ bos_token_id: 0 });
});

it('takes another tokenizer where the file’s own is not known', async () => {
  const keys = { ...tokenizerKeys, 'tokenizer.ggml.pre': asText('of-tomorrow') };
  const path = written(join(folder, 'other.gguf'), withKeys(takenApart('llama-gqa'), keys));
  const copy = join(folder, 'other');
  mkdirSync(copy);
  await expect(copyModel(path, copy)).rejects.toThrow(
    /"of-tomorrow" is not known; give the tokenizer.json .* --tokenizer/,
  );
  const tokenizer = fileURLToPath(new URL('../../../golden/models/llama/tokenizer.json', import.meta.url));
  await copyModel(path, copy, { tokenizer });
  expect(JSON.parse(readFileSync(join(copy, 'tokenizer.json'), 'utf8'))).toEqual(
    JSON.parse(readFileSync(tokenizer, 'utf8')),
  );
});
