/** Q4_0: 32 values of 4 bits, one float16 scale d: d·(q − 8). Byte i holds values i (low) and i + 16 (high). */
import { float16Table } from '../../float16.ts';
import { float16At, type TensorType } from './tensor-type.ts';

export const q4_0: TensorType = {
  id: 'Q4_0',
  number: 2,
  valuesPerBlock: 32,
  bytesPerBlock: 18,
  decode(bytes, values) {
    const half = float16Table();
    for (let at = 0, v = 0; at < bytes.length; at += 18, v += 32) {
      const d = half[float16At(bytes, at)];
      for (let i = 0; i < 16; i++) {
        const pair = bytes[at + 2 + i];
        values[v + i] = ((pair & 15) - 8) * d;
        values[v + 16 + i] = ((pair >> 4) - 8) * d;
      }
    }
  },
};
