/** Exit codes of surface that no other test plays: a text beyond what a model can take, in each command that reads texts. */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { plumb } from './plumb.ts';

const root = mkdtempSync(join(tmpdir(), 'plumb-exit-'));
afterAll(() => rmSync(root, { recursive: true }));

const write = (name: string, value: unknown): string => {
  writeFileSync(join(root, name), JSON.stringify(value));
  return join(root, name);
};

/** A model whose dynamic RoPE holds for 4 tokens only. */
const model = join(root, 'model');
cpSync(resolve(import.meta.dirname, '../golden/models/qwen2'), model, { recursive: true });
const config = JSON.parse(readFileSync(join(model, 'config.json'), 'utf8'));
write('model/config.json', {
  ...config,
  rope_parameters: null,
  rope_scaling: { type: 'dynamic', factor: 2 },
  max_position_embeddings: 4,
});
const texts = write('texts.json', { texts: ['a text that has more than four tokens'] });
const pairs = write('pairs.jsonl', { prompt: 'a longer prompt', chosen: ' than four', rejected: ' tokens' });
const train = write('train.json', {
  method: 'sft',
  model,
  dataset: pairs,
  output_dir: join(root, 'out'),
  max_steps: 1,
});

describe('a text longer than a dynamic RoPE reaches ends with code 3', () => {
  it.each([
    [['logits', '--model', model, '--input', texts]],
    [['generate', '--model', model, '--input', texts, '--max-new-tokens', '3']],
    [['logprobs', '--model', model, '--pairs', pairs]],
    [['train', train, '--home', join(root, 'home')]],
  ])('%j', async (words) => {
    const { code, error } = await plumb(...words, '--quiet');
    expect(error).toMatch(/this model ends at 4 positions|more than the model's context of 4 positions/);
    expect(code).toBe(3);
  });
});
