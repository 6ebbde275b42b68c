/** Exp: e^x. */
import { defineOp } from './define.ts';
import { sameAsFirst } from './shapes.ts';

export const exp = defineOp({
  id: 'Exp',
  infer: sameAsFirst,
  grad: (g, { outputs: [y], dOutputs: [dy] }) => [g.mul(dy, y)],
});
