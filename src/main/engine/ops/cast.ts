/** Cast to another element type; a gradient passes only between floating-point types. */
import { dtypeOfCode } from '../graph/builder.ts';
import { defineOp, integer } from './define.ts';

export const cast = defineOp({
  id: 'Cast',
  infer: ([x], attributes) => [{ dtype: dtypeOfCode(integer(attributes, 'to', 0)), shape: x.shape }],
  grad: (_g, { inputs: [x], outputs: [y], dOutputs: [dy] }) => [
    x.dtype === 'float32' && y.dtype === 'float32' ? dy : null,
  ],
});
