/** com.microsoft MatMulNBits: x Wᵀ for a matrix of 4- or 8-bit codes in blocks, each with its scale; for models that are not trained, so it has no gradient. */
import { defineOp, integer } from './define.ts';

export const matMulNBits = defineOp({
  id: 'MatMulNBits',
  domain: 'com.microsoft',
  /** x [M, K], codes [N, blocks, bytes], scales [N, blocks], zero points [N, bytes] or none. */
  infer([x], attributes) {
    const [k, n] = [integer(attributes, 'K', 0), integer(attributes, 'N', 0)];
    if (x.shape.at(-1) !== k) throw new Error(`the matrix has ${k} columns, x has ${x.shape.at(-1)}`);
    return [{ dtype: 'float32', shape: [...x.shape.slice(0, -1), n] }];
  },
});
