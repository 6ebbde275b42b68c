/** GatherElements: one element per index along an axis. */
import { defineOp, integer } from './define.ts';

export const gatherElements = defineOp({
  id: 'GatherElements',
  infer: ([x, indices]) => [{ dtype: x.dtype, shape: indices.shape }],
  grad: (g, { inputs: [x, indices], dOutputs: [dy], attributes }) => [
    g.op('ScatterElements', [g.filled(0, x.shape), indices, dy], {
      axis: integer(attributes, 'axis', 0),
      reduction: 'add',
    }),
    null,
  ],
});
