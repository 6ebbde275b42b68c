/** ReduceSumSquare: Σx² over some or all axes. */
import { defineOp } from './define.ts';
import { keptShape, reduction } from './shapes.ts';

export const reduceSumSquare = defineOp({
  id: 'ReduceSumSquare',
  infer: reduction,
  grad: (g, { inputs, dOutputs: [dy], attributes }) => [
    g.mul(g.mul(2, inputs[0]), g.reshape(dy, keptShape(inputs, attributes))),
    null,
  ],
});
