/** Q6_K: 256 values of 6 bits in 16 sub-blocks of 16, each with a signed 8-bit scale: d·s·(q − 32). Four low bits in one plane, two high bits in another. */
import { float16Table } from '../../float16.ts';
import { float16At, type TensorType } from './tensor-type.ts';

export const q6_k: TensorType = {
  id: 'Q6_K',
  number: 14,
  valuesPerBlock: 256,
  bytesPerBlock: 210,
  decode(bytes, values) {
    const half = float16Table();
    const signed = new Int8Array(bytes.buffer, bytes.byteOffset, bytes.length);
    for (let at = 0, v = 0; at < bytes.length; at += 210, v += 256) {
      const d = half[float16At(bytes, at + 208)];
      // two halves of 128 values; within one, quarter k of 32 takes its low bits from byte i + 32·(k mod 2), its high ones from bits 2k of byte i
      for (let h = 0; h < 2; h++) {
        for (let k = 0; k < 4; k++) {
          const low = at + 64 * h + 32 * (k & 1);
          const high = at + 128 + 32 * h;
          const scales = at + 192 + 8 * h + 2 * k;
          for (let i = 0; i < 32; i++) {
            const q = ((bytes[low + i] >> (4 * (k >> 1))) & 15) | (((bytes[high + i] >> (2 * k)) & 3) << 4);
            values[v + 128 * h + 32 * k + i] = d * signed[scales + (i >> 4)] * (q - 32);
          }
        }
      }
    }
  },
};
