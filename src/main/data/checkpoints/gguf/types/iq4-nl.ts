/** IQ4_NL: 32 values of 4 bits, one float16 scale d; a code stands for an uneven level: d·level. Byte i holds values i (low) and i + 16 (high). */
import { float16Table } from '../../float16.ts';
import { IQ4_LEVELS } from './iq4-levels.ts';
import { float16At, type TensorType } from './tensor-type.ts';

export const iq4_nl: TensorType = {
  id: 'IQ4_NL',
  number: 20,
  valuesPerBlock: 32,
  bytesPerBlock: 18,
  decode(bytes, values) {
    const half = float16Table();
    for (let at = 0, v = 0; at < bytes.length; at += 18, v += 32) {
      const d = half[float16At(bytes, at)];
      for (let i = 0; i < 16; i++) {
        const pair = bytes[at + 2 + i];
        values[v + i] = d * IQ4_LEVELS[pair & 15];
        values[v + 16 + i] = d * IQ4_LEVELS[pair >> 4];
      }
    }
  },
};
