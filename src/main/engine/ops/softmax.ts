/** Softmax along one axis. */
import { defineOp, integer } from './define.ts';
import { sameAsFirst } from './shapes.ts';

export const softmax = defineOp({
  id: 'Softmax',
  infer: sameAsFirst,
  grad(g, { outputs: [y], dOutputs: [dy], attributes }) {
    const weighted = g.mul(dy, y);
    const sum = g.reduceSum(weighted, [integer(attributes, 'axis', -1)], true);
    return [g.sub(weighted, g.mul(y, sum))]; // dx = y (dy − Σ dy y)
  },
});
