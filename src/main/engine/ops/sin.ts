/** Sin. */
import { defineOp } from './define.ts';
import { sameAsFirst } from './shapes.ts';

export const sin = defineOp({
  id: 'Sin',
  infer: sameAsFirst,
  grad: (g, { inputs: [x], dOutputs: [dy] }) => [g.mul(dy, g.op('Cos', [x]))],
});
