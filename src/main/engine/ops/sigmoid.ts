/** Sigmoid: 1 / (1 + e^(−x)). */
import { defineOp } from './define.ts';
import { sameAsFirst } from './shapes.ts';

export const sigmoid = defineOp({
  id: 'Sigmoid',
  infer: sameAsFirst,
  grad: (g, { outputs: [y], dOutputs: [dy] }) => [g.mul(g.mul(dy, y), g.sub(1, y))], // dx = dy y (1 − y)
});
