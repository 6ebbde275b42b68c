/** Feeds every decoder graph needs: positions and the causal mask. */
import type { Tensor } from '../graph/value.ts';

/** Added to a score that must not count: exp(−1e9) is 0 in float32, and no NaN arises where a whole row is masked. */
export const MASKED = -1e9;

/** Positions 0…T−1 for each of B rows, int64 [B, T]. Right padding needs nothing else: real tokens never look at later ones. */
export function positionFeed(batch: number, length: number): Tensor {
  const data = new BigInt64Array(batch * length);
  for (let i = 0; i < data.length; i++) data[i] = BigInt(i % length);
  return { dtype: 'int64', shape: [batch, length], data };
}

/** [T, T]: 0 on and below the diagonal, −1e9 above. */
export function causalMaskFeed(length: number): Tensor {
  const data = new Float32Array(length * length);
  for (let i = 0; i < length; i++) data.fill(MASKED, i * length + i + 1, (i + 1) * length);
  return { dtype: 'float32', shape: [length, length], data };
}
