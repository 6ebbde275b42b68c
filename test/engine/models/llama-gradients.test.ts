/** The gradient of every weight of whole llamas, of each kind, against central finite differences. */
import { describe, expect, it } from 'vitest';
import { padBatch } from '../../../src/main/data/batches.ts';
import type { Tensor } from '../../../src/main/engine/graph/value.ts';
import { initLanguageModel, type LanguageModel, weightFeeds } from '../../../src/main/engine/models/language-model.ts';
import { float32, Session } from '../../../src/main/engine/runtime/session.ts';
import { batchFeeds, buildStepGraph, gradientName } from '../../../src/main/train/step-graph.ts';
import { TINY_LLAMA } from '../../fixtures/tiny-llama.ts';
import { expectGradient } from '../ops/finite-differences.ts';

/** Rows of different lengths and starts: padding and prompts are in the batch. */
const ROWS = [
  { ids: [2, 5, 3, 7, 1], start: 2 },
  { ids: [4, 4, 9], start: 1 },
  { ids: [10, 6, 8, 2, 5, 1], start: 0 },
];

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

async function open(model: LanguageModel) {
  const batch = padBatch(ROWS, 0);
  const graph = buildStepGraph(model, 8, (g, { logp }) => {
    return g.reduceSum(g.mul(g.input('upstream', 'float32', ['M']), logp));
  });
  const session = await Session.create(graph, { threads: 1 });
  const count = batch.rows.length;
  const feeds = { ...weightFeeds(model), ...batchFeeds(batch), upstream: float32([count], upstream(count)) };
  return {
    run: (): Promise<Record<string, Tensor>> => session.run(feeds),
    close: () => session.close(),
  };
}

/** Weights of different sizes and signs, so that no error cancels. */
const upstream = (count: number): Float32Array =>
  Float32Array.from({ length: count }, (_, i) => (i % 2 === 0 ? 1 : -0.5) * (1 + i / 4));

/** In float64, from per-token numbers: the scalar that the graph sums is too coarse for a difference. */
const lossOf = ({ logp }: Record<string, Tensor>): number => {
  const weights = upstream(logp.data.length);
  return weights.reduce((sum, w, i) => sum + w * Number(logp.data[i]), 0);
};

describe('gradients of a whole llama equal finite differences', () => {
  it.each(Object.entries(KINDS))('%s', async (_name, changes) => {
    const model = initLanguageModel({ ...TINY_LLAMA, ...changes }, 5);
    const { run, close } = await open(model);
    try {
      const first = await run();
      for (const { name, shape } of model.specs) {
        const data = model.weights.get(name) ?? new Float32Array();
        const gradient = first[gradientName(name)];
        const tolerance = { step: 2 ** -8, absolute: 4e-3, relative: 4e-3 };
        if (name === 'model.embed_tokens.weight') {
          // the padding row takes no gradient as an input (transformers' padding_idx): leave it out of the comparison
          const width = shape[1];
          const rest = (t: Float32Array) => t.subarray(width);
          await expectGradient(
            async () => lossOf(await run()),
            { dtype: 'float32', shape: [shape[0] - 1, width], data: rest(data) },
            { dtype: 'float32', shape: [shape[0] - 1, width], data: rest(gradient.data as Float32Array) },
            tolerance,
            name,
          );
          continue;
        }
        await expectGradient(
          async () => lossOf(await run()),
          { dtype: 'float32', shape, data },
          gradient,
          tolerance,
          name,
        );
      }
    } finally {
      await close();
    }
  });

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
