/** Abs: |x|; the gradient at 0 is 0. */
import { defineOp } from './define.ts';
import { sameAsFirst } from './shapes.ts';

export const abs = defineOp({
  id: 'Abs',
  infer: sameAsFirst,
  grad: (g, { inputs: [x], dOutputs: [dy] }) => [g.mul(dy, g.op('Sign', [x]))],
});
