/** Q4_1: 32 values of 4 bits, float16 scale d and minimum m: d·q + m. Byte i holds values i (low) and i + 16 (high). */
import { float16Table } from '../../float16.ts';
import { float16At, type TensorType } from './tensor-type.ts';

export const q4_1: TensorType = {
  id: 'Q4_1',
  number: 3,
  valuesPerBlock: 32,
  bytesPerBlock: 20,
  decode(bytes, values) {
    const half = float16Table();
    for (let at = 0, v = 0; at < bytes.length; at += 20, v += 32) {
      const d = half[float16At(bytes, at)];
      const m = half[float16At(bytes, at + 2)];
      for (let i = 0; i < 16; i++) {
        const pair = bytes[at + 4 + i];
        values[v + i] = (pair & 15) * d + m;
        values[v + 16 + i] = (pair >> 4) * d + m;
      }
    }
  },
};
