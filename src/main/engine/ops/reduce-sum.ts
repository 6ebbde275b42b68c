/** ReduceSum over some or all axes. */
import { defineOp } from './define.ts';
import { keptShape, reduction } from './shapes.ts';

export const reduceSum = defineOp({
  id: 'ReduceSum',
  infer: reduction,
  grad: (g, { inputs, dOutputs: [dy], attributes }) => [
    g.expand(g.reshape(dy, keptShape(inputs, attributes)), inputs[0].shape),
    null,
  ],
});
