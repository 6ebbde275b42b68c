/** F32: float32 as it is. */
import type { TensorType } from './tensor-type.ts';

export const f32: TensorType = {
  id: 'F32',
  number: 0,
  valuesPerBlock: 1,
  bytesPerBlock: 4,
  decode: (bytes, values) => values.set(new Float32Array(bytes.buffer, bytes.byteOffset, values.length)),
  encode: (values) => new Uint8Array(values.buffer, values.byteOffset, values.byteLength),
};
