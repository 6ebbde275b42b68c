/** Attention of one new token a row over a cache of earlier ones: what a decoding step runs in every layer. */
import type { GraphBuilder } from '../graph/builder.ts';
import type { Value } from '../graph/value.ts';
import { softCap } from './activations.ts';
import type { DecoderInput, LayerCache } from './architecture.ts';
import type { AttentionKind } from './attention-kinds.ts';
import type { ModelConfig } from './config.ts';

/**
 * One softmax over cached and new scores; the cache itself is only read, and of the new token
 * the keys and values come back. Every head is a product of one row, for which the runtime streams the other operand as it lies in memory; for the
 * few rows of a stacked group it would copy keys and values into packed blocks first.
 */
export function cachedAttention(
  g: GraphBuilder,
  config: ModelConfig,
  qkv: { q: Value; k: Value; v: Value },
  { rotation, queryScale, mask }: AttentionKind,
  { ids, positions }: DecoderInput,
  past: LayerCache,
): { output: Value; present: LayerCache } {
  const { heads, keyValueHeads, headSize } = config;
  const [b, t] = ids.shape;
  if (t !== 1) throw new Error(`attention over a cache adds one token a row, found ${t}`);
  const turn = (x: Value, count: number, which: 'query' | 'key') => {
    const rows = g.reshape(x, [b, count, 1, headSize]);
    return rotation ? g.op('RotaryEmbedding', [rows, ...rotation[which], positions], rotation.attributes) : rows;
  };
  const scaled = queryScale === 1 ? qkv.q : g.mul(queryScale, qkv.q);
  const query = g.reshape(turn(scaled, heads, 'query'), [b, keyValueHeads, heads / keyValueHeads, 1, headSize]);
  const key = turn(qkv.k, keyValueHeads, 'key'); // [B, Hkv, 1, D]
  const value = g.reshape(qkv.v, [b, keyValueHeads, 1, 1, headSize]);
  const old = g.matmul(query, g.transpose(past.key, [0, 1, 2, 4, 3])); // [B, Hkv, G, 1, P]
  const fresh = g.matmul(query, g.reshape(key, [b, keyValueHeads, 1, headSize, 1]));
  const width = mask.shape[mask.shape.length - 1];
  const scores: Value = { ...g.concat([old, fresh], 4), shape: [...old.shape.slice(0, 4), width] };
  const sizes = g.shape([past.key.shape[3], 1]);
  const [toOld, toNew] = g.node('Split', [g.softmax(g.add(softCap(g, scores, config.attentionCap), mask)), sizes], {
    axis: 4,
  });
  const mixed = g.add(g.matmul(toOld, past.value), g.matmul(toNew, value));
  return { output: g.reshape(mixed, [b, heads * headSize]), present: { key, value } };
}
