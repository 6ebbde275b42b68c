/** Reciprocal: 1 / x. */
import { defineOp } from './define.ts';
import { sameAsFirst } from './shapes.ts';

export const reciprocal = defineOp({
  id: 'Reciprocal',
  infer: sameAsFirst,
  grad: (g, { outputs: [y], dOutputs: [dy] }) => [g.neg(g.mul(dy, g.mul(y, y)))],
});
