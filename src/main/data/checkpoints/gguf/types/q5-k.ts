/** Q5_K: as Q4_K with a fifth bit: bit j of byte i of a 32-byte plane belongs to value i of sub-block j. */
import { float16Table } from '../../float16.ts';
import { kScale } from './k-scales.ts';
import { float16At, type TensorType } from './tensor-type.ts';

export const q5_k: TensorType = {
  id: 'Q5_K',
  number: 13,
  valuesPerBlock: 256,
  bytesPerBlock: 176,
  decode(bytes, values) {
    const half = float16Table();
    const pair = new Uint8Array(2);
    for (let at = 0, v = 0; at < bytes.length; at += 176, v += 256) {
      const d = half[float16At(bytes, at)];
      const minimum = half[float16At(bytes, at + 2)];
      for (let j = 0; j < 8; j++) {
        kScale(bytes, at + 4, j, pair);
        const [scale, offset] = [d * pair[0], minimum * pair[1]];
        const from = at + 48 + 32 * (j >> 1);
        const shift = 4 * (j & 1);
        for (let i = 0; i < 32; i++) {
          const fifth = (bytes[at + 16 + i] >> j) & 1;
          values[v + 32 * j + i] = scale * (((bytes[from + i] >> shift) & 15) + 16 * fifth) - offset;
        }
      }
    }
  },
};
