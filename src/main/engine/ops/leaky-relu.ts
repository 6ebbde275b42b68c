/** LeakyRelu: x where positive, alpha·x elsewhere; the slope at 0 is alpha. */
import { defineOp, real } from './define.ts';
import { sameAsFirst } from './shapes.ts';

export const leakyRelu = defineOp({
  id: 'LeakyRelu',
  infer: sameAsFirst,
  grad(g, { inputs: [x], dOutputs: [dy], attributes }) {
    const alpha = real(attributes, 'alpha', 0.01);
    const positive = g.indicator(g.greater(x, g.scalar(0)));
    return [g.mul(dy, g.add(alpha, g.mul(1 - alpha, positive)))];
  },
});
