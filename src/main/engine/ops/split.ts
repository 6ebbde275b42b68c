/** Split: cuts a tensor along one axis, equally or by given sizes. */
import { normalAxis } from '../graph/dims.ts';
import type { Dim, Value } from '../graph/value.ts';
import { defineOp, integer } from './define.ts';
import { withAxis } from './shapes.ts';

function pieces(size: Dim, sizes: Value | undefined, count: number): readonly Dim[] {
  if (sizes) {
    if (!sizes.dims) throw new Error('the sizes must be known when the graph is built');
    return sizes.dims;
  }
  if (typeof size !== 'number' || count < 1) throw new Error('an equal split needs a known size and num_outputs');
  const piece = Math.ceil(size / count);
  return Array.from({ length: count }, (_, i) => Math.min(piece, size - i * piece));
}

export const split = defineOp({
  id: 'Split',
  infer([x, sizes], attributes) {
    const axis = normalAxis(integer(attributes, 'axis', 0), x.shape.length);
    return pieces(x.shape[axis], sizes, integer(attributes, 'num_outputs', 0)).map((size) => ({
      dtype: x.dtype,
      shape: withAxis(x.shape, axis, size),
    }));
  },
  grad: (g, { dOutputs, attributes }) => [g.concat(dOutputs, integer(attributes, 'axis', 0)), null],
});
