/** Softplus: log(1 + e^x). Slow on the CPU provider: for small tensors. */
import { defineOp } from './define.ts';
import { sameAsFirst } from './shapes.ts';

export const softplus = defineOp({
  id: 'Softplus',
  infer: sameAsFirst,
  grad: (g, { inputs: [x], dOutputs: [dy] }) => [g.mul(dy, g.sigmoid(x))],
});
