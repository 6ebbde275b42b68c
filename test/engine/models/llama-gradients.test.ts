/** The gradient of every weight of whole llamas, of each kind, against central finite differences. */
import { describe, expect, it } from 'vitest';
import { padBatch } from '../../../src/main/data/batches.ts';
import { initLanguageModel, weightFeeds } from '../../../src/main/engine/models/language-model.ts';
import { Session } from '../../../src/main/engine/runtime/session.ts';
import { batchFeeds, buildStepGraph, gradientName } from '../../../src/main/train/step-graph.ts';
import { TINY_LLAMA } from '../../fixtures/tiny-llama.ts';
import { expectModelGradients } from './model-gradients.ts';

const KINDS: Readonly<Record<string, Record<string, unknown>>> = {
  'grouped queries, biases, untied head': {},
  'one key head, no biases, tied head': {
    num_key_value_heads: 1,
    attention_bias: false,
    mlp_bias: false,
    tie_word_embeddings: true,
  },
  'a key head for each query head, interleaved RoPE': { num_key_value_heads: 4, rope_interleaved: true },
  'head_dim that is not hidden / heads, Llama 3.1 RoPE': {
    head_dim: 6,
    rope_parameters: {
      rope_type: 'llama3',
      rope_theta: 100,
      factor: 4,
      low_freq_factor: 1,
      high_freq_factor: 4,
      original_max_position_embeddings: 16,
    },
  },
  'exact GELU, YaRN': {
    hidden_act: 'gelu',
    rope_parameters: { rope_type: 'yarn', rope_theta: 100, factor: 2, original_max_position_embeddings: 16 },
  },
  'tanh GELU': { hidden_act: 'gelu_pytorch_tanh' },
  'quick GELU': { hidden_act: 'quick_gelu' },
};

describe('gradients of a whole llama equal finite differences', () => {
  it.each(Object.entries(KINDS))('%s', (_name, changes) =>
    expectModelGradients(initLanguageModel({ ...TINY_LLAMA, ...changes }, 5), 'model.embed_tokens.weight'),
  );

  it('the embedding row of the padding token takes no gradient from inputs, and the tied head’s share all the same', async () => {
    const rows = [{ ids: [2, 0, 3], start: 0 }];
    for (const tied of [false, true]) {
      const model = initLanguageModel({ ...TINY_LLAMA, tie_word_embeddings: tied }, 5);
      const batch = padBatch(rows, 0);
      const graph = buildStepGraph(model, 8, (g, { logp }) => g.reduceSum(logp));
      const session = await Session.create(graph, { threads: 1 });
      const found = await session.run({ ...weightFeeds(model), ...batchFeeds(batch) });
      await session.close();
      const row = Array.from(found[gradientName('model.embed_tokens.weight')].data.slice(0, 8), Number);
      if (tied) expect(Math.max(...row.map(Math.abs))).toBeGreaterThan(0.01);
      else expect(row).toEqual(new Array(8).fill(0));
    }
  });
});
