/** Expand: broadcasts to a given shape. */
import { broadcast } from '../graph/dims.ts';
import { defineOp } from './define.ts';

export const expand = defineOp({
  id: 'Expand',
  infer([x, shape]) {
    if (!shape?.dims) throw new Error('the target shape must be known when the graph is built');
    return [{ dtype: x.dtype, shape: broadcast(x.shape, shape.dims) }];
  },
  grad: (_g, { dOutputs: [dy] }) => [dy, null], // the walker sums over the stretched axes
});
