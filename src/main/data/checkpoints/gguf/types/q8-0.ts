/** Q8_0: 32 signed bytes and one float16 scale d: d·q. */
import { float16Table, narrowFloat16 } from '../../float16.ts';
import { float16At, type TensorType } from './tensor-type.ts';

const LARGEST = 127;

/** roundf of C: halves away from zero. */
const roundAway = (x: number): number => Math.sign(x) * Math.floor(Math.abs(x) + 0.5);

export const q8_0: TensorType = {
  id: 'Q8_0',
  number: 8,
  valuesPerBlock: 32,
  bytesPerBlock: 34,
  decode(bytes, values) {
    const half = float16Table();
    const signed = new Int8Array(bytes.buffer, bytes.byteOffset, bytes.length);
    for (let at = 0, v = 0; at < bytes.length; at += 34, v += 32) {
      const d = half[float16At(bytes, at)];
      for (let i = 0; i < 32; i++) values[v + i] = signed[at + 2 + i] * d;
    }
  },
  /** As ggml's reference: the scale is the largest magnitude / 127, codes are made with the scale before it is rounded to float16. */
  encode(values) {
    const blocks = values.length / 32;
    const bytes = new Uint8Array(blocks * 34);
    const signed = new Int8Array(bytes.buffer);
    const scales = new Float32Array(blocks);
    for (let b = 0; b < blocks; b++) {
      let largest = 0;
      for (let i = 0; i < 32; i++) largest = Math.max(largest, Math.abs(values[32 * b + i]));
      scales[b] = largest / LARGEST;
      const inverse = scales[b] === 0 ? 0 : Math.fround(1 / scales[b]);
      for (let i = 0; i < 32; i++) signed[34 * b + 2 + i] = roundAway(Math.fround(values[32 * b + i] * inverse));
    }
    const half = narrowFloat16(scales);
    for (let b = 0; b < blocks; b++) {
      bytes[34 * b] = half[b] & 255;
      bytes[34 * b + 1] = half[b] >> 8;
    }
    return bytes;
  },
};
