/** Q5_1: 32 values of 5 bits, float16 scale d and minimum m: d·q + m. Four low bits as in Q4_1, the fifth of value i is bit i of a 32-bit word. */
import { float16Table } from '../../float16.ts';
import { float16At, type TensorType } from './tensor-type.ts';

export const q5_1: TensorType = {
  id: 'Q5_1',
  number: 7,
  valuesPerBlock: 32,
  bytesPerBlock: 24,
  decode(bytes, values) {
    const half = float16Table();
    for (let at = 0, v = 0; at < bytes.length; at += 24, v += 32) {
      const d = half[float16At(bytes, at)];
      const m = half[float16At(bytes, at + 2)];
      for (let i = 0; i < 16; i++) {
        const pair = bytes[at + 8 + i];
        const low = (bytes[at + 4 + (i >> 3)] >> (i & 7)) & 1;
        const high = (bytes[at + 6 + (i >> 3)] >> (i & 7)) & 1;
        values[v + i] = ((pair & 15) + 16 * low) * d + m;
        values[v + 16 + i] = ((pair >> 4) + 16 * high) * d + m;
      }
    }
  },
};
