/** Q4_K: 256 values of 4 bits in 8 sub-blocks of 32; sub-block j is d·s_j·q − dmin·m_j. 32 bytes hold two sub-blocks: low and high halves. */
import { float16Table } from '../../float16.ts';
import { kScale } from './k-scales.ts';
import { float16At, type TensorType } from './tensor-type.ts';

export const q4_k: TensorType = {
  id: 'Q4_K',
  number: 12,
  valuesPerBlock: 256,
  bytesPerBlock: 144,
  decode(bytes, values) {
    const half = float16Table();
    const pair = new Uint8Array(2);
    for (let at = 0, v = 0; at < bytes.length; at += 144, v += 256) {
      const d = half[float16At(bytes, at)];
      const minimum = half[float16At(bytes, at + 2)];
      for (let j = 0; j < 8; j++) {
        kScale(bytes, at + 4, j, pair);
        const [scale, offset] = [d * pair[0], minimum * pair[1]];
        const from = at + 16 + 32 * (j >> 1);
        const shift = 4 * (j & 1);
        for (let i = 0; i < 32; i++) values[v + 32 * j + i] = scale * ((bytes[from + i] >> shift) & 15) - offset;
      }
    }
  },
};
