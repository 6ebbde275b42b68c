/** Q2_K: 256 values of 2 bits in 16 sub-blocks of 16; a sub-block's byte holds scale (low) and minimum (high): d·s·q − dmin·m. */
import { float16Table } from '../../float16.ts';
import { float16At, type TensorType } from './tensor-type.ts';

export const q2_k: TensorType = {
  id: 'Q2_K',
  number: 10,
  valuesPerBlock: 256,
  bytesPerBlock: 84,
  decode(bytes, values) {
    const half = float16Table();
    for (let at = 0, v = 0; at < bytes.length; at += 84, v += 256) {
      const d = half[float16At(bytes, at + 80)];
      const minimum = half[float16At(bytes, at + 82)];
      // two halves of 128 values: sub-block j of a half takes bits 2(j/2) of its 32 bytes, the first or the last 16
      for (let j = 0; j < 16; j++) {
        const [scale, offset] = [d * (bytes[at + j] & 15), minimum * (bytes[at + j] >> 4)];
        const from = at + 16 + 32 * (j >> 3) + 16 * (j & 1);
        const shift = 2 * ((j >> 1) & 3);
        for (let i = 0; i < 16; i++) values[v + 16 * j + i] = scale * ((bytes[from + i] >> shift) & 3) - offset;
      }
    }
  },
};
