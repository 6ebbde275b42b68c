/** Cos. */
import { defineOp } from './define.ts';
import { sameAsFirst } from './shapes.ts';

export const cos = defineOp({
  id: 'Cos',
  infer: sameAsFirst,
  grad: (g, { inputs: [x], dOutputs: [dy] }) => [g.neg(g.mul(dy, g.op('Sin', [x])))],
});
