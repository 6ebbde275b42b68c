/**
 * Every way to run a model over a cache gives the logits of reading the whole text anew: the passes that only read the cache and those in which the
 * runtime writes it, for every kind of attention, with rows of different lengths.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRandom } from '../../../src/main/base/random.ts';
import { Decoder, type DecoderOptions } from '../../../src/main/engine/generation/decoder.ts';
import { generate } from '../../../src/main/engine/generation/generate.ts';
import { initLanguageModel, type LanguageModel } from '../../../src/main/engine/models/language-model.ts';
import { writesCache } from '../../../src/main/engine/models/written-attention.ts';
import { nativeApi } from '../../../src/main/engine/runtime/native.ts';
import { createScorer, type Scorer } from '../../../src/main/evaluate/scoring.ts';
import { TINY_LLAMA } from '../../fixtures/tiny-llama.ts';

const VOCABULARY = 40;
const MAX_POSITIONS = 160;
const BASE = { ...TINY_LLAMA, vocab_size: VOCABULARY, max_position_embeddings: MAX_POSITIONS, head_dim: 8 };
const NO_BIAS = { attention_bias: false, mlp_bias: false };

/** One model for each kind of attention that the families have. */
const KINDS: Record<string, Readonly<Record<string, unknown>>> = {
  'grouped queries, biases': BASE,
  'as many key heads as query heads': { ...BASE, num_key_value_heads: 4 },
  'one key head, wide heads': { ...BASE, num_key_value_heads: 1, head_dim: 24 },
  'neighbouring pairs rotated': { ...BASE, rope_interleaved: true },
  'windows (Mistral)': { ...BASE, ...NO_BIAS, model_type: 'mistral', sliding_window: 5 },
  'norms on heads (Qwen 3)': { ...BASE, ...NO_BIAS, model_type: 'qwen3' },
  'soft caps and windows (Gemma 2)': {
    ...BASE,
    ...NO_BIAS,
    model_type: 'gemma2',
    sliding_window: 5,
    attn_logit_softcapping: 2,
    final_logit_softcapping: 3,
    query_pre_attn_scalar: 11,
  },
  'heads that only the read-only passes take': { ...BASE, head_dim: 4 },
};

/** From one token to more than the cache's first bucket. */
const prompts = [1, 2, 7, 30, 63, 64, 65, 100].map((length, row) =>
  Array.from({ length }, (_, i) => (i * 7 + row * 3 + 1) % VOCABULARY),
);

const native = !(nativeApi() instanceof Error);
const WAYS: Partial<DecoderOptions>[] = native ? [{}, { backend: 'js' }, { weights: 'live' }] : [{ backend: 'js' }];

/** What float32 leaves between a matrix product of one shape and of another. */
const SAME = 3e-5;

const largestGap = (a: Float32Array, b: Float32Array): number =>
  a.reduce((largest, x, i) => Math.max(largest, Math.abs(x - b[i])), 0);

describe.each(Object.entries(KINDS))('%s', (kind, config) => {
  let model: LanguageModel;
  let scorer: Scorer;
  beforeAll(async () => {
    model = initLanguageModel(config, 11);
    scorer = await createScorer(model, { weights: 'frozen', maxPositions: MAX_POSITIONS, threads: 1 });
  });
  afterAll(() => scorer.close());

  it('meets the rule that chooses the passes', () => {
    expect(writesCache(model.config)).toBe(!kind.startsWith('heads that only'));
  });

  it.each(WAYS)('%j', async (way) => {
    const options: DecoderOptions = { weights: 'frozen', maxPositions: MAX_POSITIONS, threads: 1, ...way };
    const decoder = await Decoder.create(model, options);
    const texts = prompts.map((prompt) => [...prompt]);
    const batch = await decoder.start(texts);
    for (let step = 0; step < 12; step++) {
      const anew = await scorer.lastLogits(texts);
      anew.forEach((logits, row) => {
        const found = batch.logits.subarray(row * VOCABULARY, (row + 1) * VOCABULARY);
        expect(largestGap(found, logits), `step ${step}, row ${row}`).toBeLessThan(SAME);
      });
      const tokens = texts.map((_, row) => (step * 11 + row * 5) % VOCABULARY);
      texts.forEach((text, row) => {
        text.push(tokens[row]);
      });
      await batch.advance(tokens);
    }
    await decoder.close();
  });
});

describe.skipIf(!native)('passes in which the runtime writes the cache', () => {
  it('give the same bits in every run, with one thread and with two', async () => {
    const model = initLanguageModel(BASE, 11);
    const run = async (threads: number) => {
      const decoder = await Decoder.create(model, { weights: 'frozen', maxPositions: MAX_POSITIONS, threads });
      const found = await generate(decoder, prompts, { maxNewTokens: 20, eosIds: [], random: createRandom(3) });
      await decoder.close();
      return found;
    };
    for (const threads of [1, 2]) expect(await run(threads)).toEqual(await run(threads));
  });

  it('two batches of one decoder do not disturb each other', async () => {
    const model = initLanguageModel(BASE, 11);
    const decoder = await Decoder.create(model, { weights: 'frozen', maxPositions: MAX_POSITIONS, threads: 1 });
    const alone = await decoder.start(prompts.slice(0, 3));
    await alone.advance([1, 2, 3]);
    await alone.advance([4, 5, 6]);
    const first = await decoder.start(prompts.slice(0, 3));
    const second = await decoder.start(prompts.slice(3));
    await first.advance([1, 2, 3]);
    await second.advance([9, 8, 7, 6, 5]);
    await first.advance([4, 5, 6]);
    expect(first.logits).toEqual(alone.logits);
    await decoder.close();
  });
});
