/** Gradients written by hand for groups of nodes (attention, SwiGLU, token log-probabilities) against central differences. */
import { describe, expect, it } from 'vitest';
import { GraphBuilder } from '../../../src/main/engine/graph/builder.ts';
import { tokenStatistics } from '../../../src/main/engine/losses/logp.ts';
import { attentionKinds } from '../../../src/main/engine/models/attention-kinds.ts';
import type { ModelConfig } from '../../../src/main/engine/models/config.ts';
import { architectureOf } from '../../../src/main/engine/models/index.ts';
import { attention, gatedUnit } from '../../../src/main/engine/models/layers.ts';
import { causalMaskFeed } from '../../../src/main/engine/runtime/batch-feeds.ts';
import { float32, int32, Session } from '../../../src/main/engine/runtime/session.ts';
import { checkGradients } from './check-gradients.ts';

function llama(heads: number, keyValueHeads: number, headSize: number) {
  const raw = {
    model_type: 'llama',
    vocab_size: 8,
    hidden_size: heads * headSize,
    num_hidden_layers: 1,
    num_attention_heads: heads,
    num_key_value_heads: keyValueHeads,
    intermediate_size: 8,
    max_position_embeddings: 16,
  };
  return architectureOf(raw).readConfig(raw);
}

describe('attention', () => {
  it.each<[string, number, number, Partial<ModelConfig>]>([
    ['one key head a query head', 2, 2, {}],
    ['two query heads a key head', 4, 2, {}],
    ['all query heads on one key head', 3, 1, {}],
    ['a window of two tokens', 2, 1, { windows: [2] }],
    ['capped scores', 2, 2, { attentionCap: 0.7 }],
    ['half of each head rotated', 2, 1, { rotarySize: 2 }],
    ['no rotation, another scale', 2, 2, { rope: null, attentionScales: [0.3] }],
  ])('%s', async (_, heads, keyValueHeads, changes) => {
    const [batch, length, headSize] = [2, 4, 4];
    const config = { ...llama(heads, keyValueHeads, headSize), ...changes };
    const rows = batch * length;
    await checkGradients(
      { q: [rows, heads * headSize], k: [rows, keyValueHeads * headSize], v: [rows, keyValueHeads * headSize] },
      (g, { q, k, v }) => {
        const ids = g.constant('ids', 'int32', [batch, length], new Int32Array(rows));
        const at = BigInt64Array.from({ length: rows }, (_row, i) => BigInt(i % length));
        const positions = g.constant('positions', 'int64', [batch, length], at);
        const mask = g.constant('mask', 'float32', [length, length], causalMaskFeed(length).data);
        const input = { ids, positions, mask, maxPositions: 8 };
        return [attention(g, config, { q, k, v }, attentionKinds(g, config, input)(0), input, undefined).output];
      },
    );
  });
});

describe('SwiGLU', () => {
  it('gate and up', () =>
    checkGradients({ gate: [3, 4], up: [3, 4] }, (g, { gate, up }) => [gatedUnit(g, 'silu', gate, up)]));
});

describe('tokenStatistics', () => {
  it('ln p of labels', () =>
    checkGradients({ logits: [4, 7] }, (g, { logits }) => {
      const labels = g.constant('labels', 'int32', [4], Int32Array.of(0, 6, 3, 3));
      return [tokenStatistics(g, logits, labels).logp];
    }));

  it('equals its definitions, for large logits too', async () => {
    const logits = [
      [1, 2, 3, -4],
      [900, -900, 880, 0],
      [0, 0, 0, 0],
    ];
    const labels = [2, 0, 1];
    const g = new GraphBuilder();
    const found = tokenStatistics(g, g.input('x', 'float32', [3, 4]), g.input('labels', 'int32', [3]));
    for (const [name, value] of Object.entries(found)) g.output(name, value);
    const session = await Session.create(g.build(), { threads: 1 });
    const results = await session.run({
      x: float32([3, 4], Float32Array.from(logits.flat())),
      labels: int32([3], Int32Array.from(labels)),
    });
    await session.close();
    logits.forEach((row, i) => {
      const top = Math.max(...row);
      const total = row.reduce((sum, x) => sum + Math.exp(x - top), 0);
      const p = row.map((x) => Math.exp(x - top) / total);
      const entropy = -p.reduce((sum, x) => sum + (x === 0 ? 0 : x * Math.log(x)), 0);
      expect(results.logp.data[i]).toBeCloseTo(row[labels[i]] - top - Math.log(total), 5);
      expect(results.entropy.data[i]).toBeCloseTo(entropy, 5);
      expect(results.logSquares.data[i]).toBeCloseTo(Math.log(p.reduce((sum, x) => sum + x * x, 0)), 5);
      expect(results.meanLogit.data[i]).toBeCloseTo(row.reduce((sum, x) => sum + x, 0) / 4, 4);
      // the first of equals counts as the likeliest
      expect(results.correct.data[i]).toBe(row.indexOf(top) === labels[i] ? 1 : 0);
    });
  });
});
