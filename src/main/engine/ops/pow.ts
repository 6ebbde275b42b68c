/** Pow: a^b with broadcasting. */
import { defineOp } from './define.ts';
import { broadcastAll } from './shapes.ts';

export const pow = defineOp({
  id: 'Pow',
  infer: broadcastAll,
  grad(g, { inputs: [a, b], outputs: [y], dOutputs: [dy], needs }) {
    // ∂a^b/∂b = a^b log a, taken as 0 where a is 0 (PyTorch's choice): 0^b is 0, and log gets 1 instead of 0 there
    const logA = () => g.log(g.add(a, g.indicator(g.equal(a, g.scalar(0)))));
    return [
      needs(0) ? g.mul(dy, g.mul(b, g.pow(a, g.sub(b, 1)))) : null,
      needs(1) ? g.mul(dy, g.mul(y, logA())) : null,
    ];
  },
});
