/** Q3_K: 256 values of 3 bits in 16 sub-blocks of 16, each with a 6-bit scale: d·(s − 32)·(q − 4). Two low bits as in Q2_K, the third in a plane of 32 bytes. */
import { float16Table } from '../../float16.ts';
import { float16At, type TensorType } from './tensor-type.ts';

export const q3_k: TensorType = {
  id: 'Q3_K',
  number: 11,
  valuesPerBlock: 256,
  bytesPerBlock: 110,
  decode(bytes, values) {
    const half = float16Table();
    for (let at = 0, v = 0; at < bytes.length; at += 110, v += 256) {
      const d = half[float16At(bytes, at + 108)];
      for (let j = 0; j < 16; j++) {
        const scale = d * (scaleAt(bytes, at + 96, j) - 32);
        const low = at + 32 + 32 * (j >> 3) + 16 * (j & 1);
        const high = at + 16 * (j & 1);
        const shift = 2 * ((j >> 1) & 3);
        for (let i = 0; i < 16; i++) {
          const third = (bytes[high + i] >> (j >> 1)) & 1;
          values[v + 16 * j + i] = scale * (((bytes[low + i] >> shift) & 3) + 4 * third - 4);
        }
      }
    }
  },
};

/** 16 scales in 12 bytes: four low bits in the first eight, two high bits in the last four. */
function scaleAt(bytes: Uint8Array, at: number, j: number): number {
  const low = j < 8 ? bytes[at + j] & 15 : bytes[at + j - 8] >> 4;
  return low | (((bytes[at + 8 + (j & 3)] >> (2 * (j >> 2))) & 3) << 4);
}
