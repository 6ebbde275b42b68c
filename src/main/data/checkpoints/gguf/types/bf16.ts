/** BF16: the upper half of a float32. */
import { narrowBfloat16, widenBfloat16 } from '../../float16.ts';
import type { TensorType } from './tensor-type.ts';

export const bf16: TensorType = {
  id: 'BF16',
  number: 30,
  valuesPerBlock: 1,
  bytesPerBlock: 2,
  decode: (bytes, values) => values.set(widenBfloat16(new Uint16Array(bytes.buffer, bytes.byteOffset, values.length))),
  encode: (values) => new Uint8Array(narrowBfloat16(values).buffer),
};
