/** F16: IEEE half precision. */
import { narrowFloat16, widenFloat16 } from '../../float16.ts';
import type { TensorType } from './tensor-type.ts';

export const f16: TensorType = {
  id: 'F16',
  number: 1,
  valuesPerBlock: 1,
  bytesPerBlock: 2,
  decode: (bytes, values) => values.set(widenFloat16(new Uint16Array(bytes.buffer, bytes.byteOffset, values.length))),
  encode: (values) => new Uint8Array(narrowFloat16(values).buffer),
};
