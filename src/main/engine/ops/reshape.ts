/** Reshape: the same elements in another shape; 0 copies a size, −1 is worked out. */
import { product, quotient } from '../graph/dims.ts';
import type { Dim, Value } from '../graph/value.ts';
import { defineOp, integer } from './define.ts';

function target(x: Value, dims: readonly Dim[], allowZero: boolean): Dim[] {
  const copied = dims.map((dim, i) => (dim === 0 && !allowZero ? x.shape[i] : dim));
  const unknown = copied.indexOf(-1);
  if (unknown < 0) return copied;
  const rest = product(copied.filter((_, i) => i !== unknown));
  const size = quotient(product(x.shape), rest);
  if (size === undefined) throw new Error(`-1 cannot be worked out from ${product(x.shape)} elements over ${rest}`);
  return copied.map((dim, i) => (i === unknown ? size : dim));
}

export const reshape = defineOp({
  id: 'Reshape',
  infer([x, shape], attributes) {
    if (!shape?.dims) throw new Error('the target shape must be known when the graph is built');
    const dims = target(x, shape.dims, integer(attributes, 'allowzero', 0) === 1);
    const before = product(x.shape);
    const after = product(dims);
    if (typeof before === 'number' && typeof after === 'number' && before !== after)
      throw new Error(`${before} elements cannot take the shape [${dims.join(', ')}]`);
    return [{ dtype: x.dtype, shape: dims }];
  },
  grad: (g, { inputs: [x], dOutputs: [dy] }) => [g.reshape(dy, x.shape), null],
});
