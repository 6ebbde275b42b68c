/** Log: natural logarithm. */
import { defineOp } from './define.ts';
import { sameAsFirst } from './shapes.ts';

export const log = defineOp({
  id: 'Log',
  infer: sameAsFirst,
  grad: (g, { inputs: [x], dOutputs: [dy] }) => [g.div(dy, x)],
});
