/** CumSum along one axis, optionally exclusive or from the end. */
import { defineOp, integer } from './define.ts';
import { sameAsFirst } from './shapes.ts';

export const cumSum = defineOp({
  id: 'CumSum',
  infer: sameAsFirst,
  grad: (g, { inputs: [, axis], dOutputs: [dy], attributes }) => [
    g.op('CumSum', [dy, axis], {
      exclusive: integer(attributes, 'exclusive', 0),
      reverse: 1 - integer(attributes, 'reverse', 0),
    }),
    null,
  ],
});
