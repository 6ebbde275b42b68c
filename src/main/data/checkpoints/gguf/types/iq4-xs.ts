/** IQ4_XS: 256 values of 4 bits in 8 sub-blocks of 32, each with a 6-bit scale and IQ4_NL's levels: d·(s − 32)·level. */
import { float16Table } from '../../float16.ts';
import { IQ4_LEVELS } from './iq4-levels.ts';
import { float16At, type TensorType } from './tensor-type.ts';

export const iq4_xs: TensorType = {
  id: 'IQ4_XS',
  number: 23,
  valuesPerBlock: 256,
  bytesPerBlock: 136,
  decode(bytes, values) {
    const half = float16Table();
    for (let at = 0, v = 0; at < bytes.length; at += 136, v += 256) {
      const d = half[float16At(bytes, at)];
      const high = bytes[at + 2] | (bytes[at + 3] << 8);
      for (let j = 0; j < 8; j++) {
        const low = (bytes[at + 4 + (j >> 1)] >> (4 * (j & 1))) & 15;
        const scale = d * ((low | (((high >> (2 * j)) & 3) << 4)) - 32);
        for (let i = 0; i < 16; i++) {
          const pair = bytes[at + 8 + 16 * j + i];
          values[v + 32 * j + i] = scale * IQ4_LEVELS[pair & 15];
          values[v + 32 * j + 16 + i] = scale * IQ4_LEVELS[pair >> 4];
        }
      }
    }
  },
};
