/** Q5_0: 32 values of 5 bits, one float16 scale d: d·(q − 16). Four low bits as in Q4_0, the fifth of value i is bit i of a 32-bit word. */
import { float16Table } from '../../float16.ts';
import { float16At, type TensorType } from './tensor-type.ts';

export const q5_0: TensorType = {
  id: 'Q5_0',
  number: 6,
  valuesPerBlock: 32,
  bytesPerBlock: 22,
  decode(bytes, values) {
    const half = float16Table();
    for (let at = 0, v = 0; at < bytes.length; at += 22, v += 32) {
      const d = half[float16At(bytes, at)];
      for (let i = 0; i < 16; i++) {
        const pair = bytes[at + 6 + i];
        const low = (bytes[at + 2 + (i >> 3)] >> (i & 7)) & 1;
        const high = (bytes[at + 4 + (i >> 3)] >> (i & 7)) & 1;
        values[v + i] = ((pair & 15) + 16 * low - 16) * d;
        values[v + 16 + i] = ((pair >> 4) + 16 * high - 16) * d;
      }
    }
  },
};
