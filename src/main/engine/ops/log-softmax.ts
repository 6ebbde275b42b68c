/** LogSoftmax along one axis. */
import { defineOp, integer } from './define.ts';
import { sameAsFirst } from './shapes.ts';

export const logSoftmax = defineOp({
  id: 'LogSoftmax',
  infer: sameAsFirst,
  grad(g, { outputs: [y], dOutputs: [dy], attributes }) {
    const sum = g.reduceSum(dy, [integer(attributes, 'axis', -1)], true);
    return [g.sub(dy, g.mul(g.exp(y), sum))]; // dx = dy − softmax Σ dy
  },
});
