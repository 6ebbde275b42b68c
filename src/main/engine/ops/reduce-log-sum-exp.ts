/** ReduceLogSumExp: log Σ e^x over some or all axes. Slow on the CPU provider: for small tensors. */
import { defineOp } from './define.ts';
import { keptShape, reduction } from './shapes.ts';

export const reduceLogSumExp = defineOp({
  id: 'ReduceLogSumExp',
  infer: reduction,
  grad(g, { inputs, outputs: [y], dOutputs: [dy], attributes }) {
    const kept = keptShape(inputs, attributes);
    const share = g.exp(g.sub(inputs[0], g.reshape(y, kept))); // softmax
    return [g.mul(share, g.reshape(dy, kept)), null];
  },
});
