/** Tanh. */
import { defineOp } from './define.ts';
import { sameAsFirst } from './shapes.ts';

export const tanh = defineOp({
  id: 'Tanh',
  infer: sameAsFirst,
  grad: (g, { outputs: [y], dOutputs: [dy] }) => [g.mul(dy, g.sub(1, g.mul(y, y)))], // dx = dy (1 − y²)
});
