/**
 * Attention over a cache that the runtime writes itself (com.microsoft GroupQueryAttention): one node for scores, mask, softmax and mixture, which
 * reads of each row only the tokens it has.
 */
import type { GraphBuilder } from '../graph/builder.ts';
import { product } from '../graph/dims.ts';
import { float, type Value } from '../graph/value.ts';
import type { DecoderInput, LayerCache, WrittenCache } from './architecture.ts';
import type { AttentionKind } from './attention-kinds.ts';
import type { ModelConfig } from './config.ts';

/** The runtime's attention takes heads whose width is a multiple of 8. */
export const writesCache = ({ headSize }: ModelConfig): boolean => headSize % 8 === 0;

export function writtenAttention(
  g: GraphBuilder,
  config: ModelConfig,
  qkv: { q: Value; k: Value; v: Value },
  { rotation, queryScale, window }: AttentionKind,
  { ids, positions }: DecoderInput,
  past: LayerCache,
  { ends, total }: WrittenCache,
): { output: Value; present: LayerCache } {
  const { heads, keyValueHeads, headSize, attentionCap } = config;
  const [b, t] = ids.shape;
  const turn = (x: Value, count: number, which: 'query' | 'key') => {
    const rows = g.reshape(x, [b, t, count * headSize]);
    if (!rotation) return rows;
    const attributes = { ...rotation.attributes, num_heads: count };
    return g.op('RotaryEmbedding', [rows, ...rotation[which], positions], attributes);
  };
  const query = turn(queryScale === 1 ? qkv.q : g.mul(queryScale, qkv.q), heads, 'query');
  const key = turn(qkv.k, keyValueHeads, 'key');
  const value = g.reshape(qkv.v, [b, t, keyValueHeads * headSize]);
  const [mixed, presentKey, presentValue] = g.node(
    'GroupQueryAttention',
    [query, key, value, past.key, past.value, ends, total],
    {
      num_heads: heads,
      kv_num_heads: keyValueHeads,
      scale: float(1), // queries carry it; with another one the runtime's product of one row is half as fast
      softcap: attentionCap === null ? undefined : float(attentionCap),
      local_window_size: window ?? undefined,
    },
  );
  const output = g.reshape(mixed, [product([b, t]), heads * headSize]);
  return { output, present: { key: presentKey, value: presentValue } };
}
