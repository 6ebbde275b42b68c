/** com.microsoft GroupQueryAttention: causal attention that appends keys and values to a cache; for decoding, so it has no gradient. */
import { defineOp } from './define.ts';

export const groupQueryAttention = defineOp({
  id: 'GroupQueryAttention',
  domain: 'com.microsoft',
  /** Query [B, T, H·D]; the cache, [B, Hkv, P, D] each, keeps its shape as long as it has room. */
  infer: ([query, , , key, value]) => [query, key, value],
});
