/** TopK: the k largest (or smallest) elements along an axis and their places; the gradient goes back to those places. */
import { normalAxis } from '../graph/dims.ts';
import { defineOp, integer } from './define.ts';

export const topK = defineOp({
  id: 'TopK',
  infer([x, k], attributes) {
    if (k.dims?.length !== 1) throw new Error('k must be known when the graph is built');
    const axis = normalAxis(integer(attributes, 'axis', -1), x.shape.length);
    const [count] = k.dims;
    const shape = x.shape.map((dim, i) => (i === axis ? count : dim));
    return [
      { dtype: x.dtype, shape },
      { dtype: 'int64', shape },
    ];
  },
  grad(g, { inputs: [x], outputs: [, places], dOutputs: [dy], attributes }) {
    const axis = normalAxis(integer(attributes, 'axis', -1), x.shape.length);
    const spread = g.op('ScatterElements', [g.filled(0, x.shape), places, dy], { axis, reduction: 'add' });
    return [spread, null];
  },
});
