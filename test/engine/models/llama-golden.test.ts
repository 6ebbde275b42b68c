/** Checkpoints of the llama family as they are found in the wild, against transformers (test/golden/llama): logits, log-probabilities, greedy tokens. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../src/main/base/random.ts';
import { openCheckpoint } from '../../../src/main/data/checkpoints/index.ts';
import { Decoder } from '../../../src/main/engine/generation/decoder.ts';
import { generate } from '../../../src/main/engine/generation/generate.ts';
import { UnsupportedModel } from '../../../src/main/engine/models/config.ts';
import { initLanguageModel, loadLanguageModel } from '../../../src/main/engine/models/language-model.ts';
import { createScorer } from '../../../src/main/evaluate/scoring.ts';
import { TINY_LLAMA } from '../../fixtures/tiny-llama.ts';

interface Prompt {
  input_ids: number[];
  next_token_logps: number[];
  last_logits: number[];
  greedy_ids: number[];
  smallest_greedy_gap: number;
}

const golden = new URL('../../golden/llama/', import.meta.url);
const names = readdirSync(golden).filter((name) => !name.includes('.'));
const MAX_POSITIONS = 128;

function load(name: string) {
  const { config, tensors } = openCheckpoint(fileURLToPath(new URL(name, golden)));
  const { prompts } = JSON.parse(readFileSync(new URL(`${name}/expected.json`, golden), 'utf8')) as {
    prompts: Prompt[];
  };
  return { model: loadLanguageModel(config, tensors), prompts };
}

/** Largest |found − expected| over both lists. */
function worst(found: ArrayLike<number>, expected: readonly number[]): number {
  expect(found.length).toBe(expected.length);
  return expected.reduce((w, e, i) => Math.max(w, Math.abs(found[i] - e)), 0);
}

describe.each(names)('%s', (name) => {
  const { model, prompts } = load(name);
  const ids = prompts.map((p) => p.input_ids);

  it.each(['frozen', 'live'] as const)('predicts what transformers predicts (%s weights)', async (weights) => {
    const scorer = await createScorer(model, { weights, maxPositions: MAX_POSITIONS, threads: 1 });
    const logps = await scorer.score(ids);
    const last = await scorer.lastLogits(ids);
    await scorer.close();
    prompts.forEach((p, i) => {
      expect(worst(logps[i], p.next_token_logps), `log-probabilities of prompt ${i}`).toBeLessThan(2e-5);
      expect(worst(last[i], p.last_logits), `logits of prompt ${i}`).toBeLessThan(2e-5);
    });
  });

  it('decodes the same greedy tokens', async () => {
    const decoder = await Decoder.create(model, { weights: 'frozen', maxPositions: MAX_POSITIONS, threads: 1 });
    const options = { maxNewTokens: 12, greedy: true, ignoreEos: true, eosIds: [], random: createRandom(1) };
    const found = await generate(decoder, ids, options);
    await decoder.close();
    expect(found.map((c) => c.ids)).toEqual(prompts.map((p) => p.greedy_ids));
    for (const p of prompts) expect(p.smallest_greedy_gap).toBeGreaterThan(1e-4);
  });
});

describe('what cannot be computed is refused by name', () => {
  const refused = (changes: Record<string, unknown>) => () => initLanguageModel({ ...TINY_LLAMA, ...changes }, 1);
  const rope = (parameters: Record<string, unknown>) => ({ rope_parameters: { rope_theta: 100, ...parameters } });
  it.each([
    [{ model_type: 'mamba' }, 'model_type "mamba" is not supported'],
    [{ hidden_act: 'softplus' }, 'hidden_act "softplus" is not supported'],
    [{ hidden_act: 3 }, 'hidden_act 3 is not supported'],
    [rope({ rope_type: 'dynamic', factor: 2 }), 'RoPE scaling "dynamic" is not supported; supported: default'],
    [rope({ rope_type: 'longrope' }), 'RoPE scaling "longrope" is not supported'],
    [rope({ rope_type: 'linear' }), '"factor" must be a number above 0, found undefined'],
    [rope({ rope_type: 'llama3', factor: 8 }), '"low_freq_factor" must be a number above 0'],
    [rope({ rope_type: 'yarn', factor: '4' }), '"factor" must be a number above 0, found "4"'],
    [{ rope_parameters: 'fast' }, '"rope_parameters" must be an object, found "fast"'],
    [rope({ rope_theta: 0 }), '"rope_theta" must be a number above 0'],
    [{ num_key_value_heads: 3 }, '4 attention heads cannot share 3 key-value heads'],
    [{ head_dim: 3 }, 'head_dim 3 is odd'],
    [{ num_hidden_layers: 0 }, '"num_hidden_layers" must be an integer from 1 to'],
    [{ vocab_size: 1e9 }, '"vocab_size" must be an integer from 1 to'],
    [{ tie_word_embeddings: 'yes' }, '"tie_word_embeddings" must be true or false'],
    [{ pad_token_id: 11 }, '"pad_token_id" 11 is outside the vocabulary of 11 tokens'],
    [{ eos_token_id: ['a'] }, '"eos_token_id" must hold token ids'],
  ])('%j', (changes, message) => {
    expect(refused(changes)).toThrow(UnsupportedModel);
    expect(refused(changes)).toThrow(message);
  });
});

it('a negative pad_token_id counts from the end, as in PyTorch', () => {
  expect(initLanguageModel({ ...TINY_LLAMA, pad_token_id: -1 }, 1).config.padId).toBe(10);
});
