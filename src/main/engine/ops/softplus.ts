/** Softplus: log(1 + e^x). Slow on the CPU provider: for small tensors. */
import { defineOp } from './define.ts';
import { sameAsFirst } from './shapes.ts';

export const softplus = defineOp({
  id: 'Softplus',
  infer: sameAsFirst,
  // σ(x) as e^(x − softplus(x)): the runtime's Sigmoid is off by 6e-8 and flat below −18, where Adam still tells 1e-9 from 1e-8
  grad: (g, { inputs: [x], outputs: [y], dOutputs: [dy] }) => [g.mul(dy, g.exp(g.sub(x, y)))],
});
