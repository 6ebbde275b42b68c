/** Where: x where the condition holds, y elsewhere. Slow on the CPU provider: for small tensors. */
import { broadcast } from '../graph/dims.ts';
import { defineOp } from './define.ts';

export const where = defineOp({
  id: 'Where',
  infer: ([c, x, y]) => [{ dtype: x.dtype, shape: [c.shape, x.shape, y.shape].reduce(broadcast) }],
  grad(g, { inputs: [c], dOutputs: [dy] }) {
    const mask = g.indicator(c);
    return [null, g.mul(dy, mask), g.mul(dy, g.sub(1, mask))];
  },
});
