/** Clip: x limited to [min, max]; gradient 1 inside, 0 outside, ½ at a bound (PyTorch's choice when bounds are tensors). */
import type { Value } from '../graph/value.ts';
import { defineOp } from './define.ts';
import { sameAsFirst } from './shapes.ts';

export const clip = defineOp({
  id: 'Clip',
  infer: sameAsFirst,
  grad(g, { inputs: [x, low, high], dOutputs: [dy] }) {
    const half = (limit: Value) => g.mul(0.5, g.indicator(g.equal(x, limit)));
    const below = low ? g.add(g.indicator(g.less(x, low)), half(low)) : null;
    const above = high ? g.add(g.indicator(g.greater(x, high)), half(high)) : null;
    const outside = below && above ? g.add(below, above) : (below ?? above);
    return [outside ? g.mul(dy, g.sub(1, outside)) : dy, null, null];
  },
});
