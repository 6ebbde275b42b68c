/** Relu: max(x, 0); the gradient at 0 is 0. */
import { defineOp } from './define.ts';
import { sameAsFirst } from './shapes.ts';

export const relu = defineOp({
  id: 'Relu',
  infer: sameAsFirst,
  grad: (g, { outputs: [y], dOutputs: [dy] }) => [g.mul(dy, g.indicator(g.greater(y, g.scalar(0))))],
});
