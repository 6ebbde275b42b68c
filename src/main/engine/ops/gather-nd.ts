/** GatherND: slices by coordinates in the last axis of the indices. */
import type { GraphBuilder } from '../graph/builder.ts';
import { product } from '../graph/dims.ts';
import type { Value } from '../graph/value.ts';
import { defineOp, integer } from './define.ts';

/** Puts the batch numbers in front of the coordinates, so that a plain ScatterND undoes a batched gather. */
function withBatch(g: GraphBuilder, indices: Value, batch: number): Value {
  const wide = g.cast(indices, 'int64');
  const lead = indices.shape.slice(0, -1);
  const columns = Array.from({ length: batch }, (_, axis) => {
    const size = indices.shape[axis];
    if (typeof size !== 'number') throw new Error('batch_dims needs known sizes');
    const shape = indices.shape.map((_, i) => (i === axis ? size : 1));
    return g.expand(g.reshape(g.integers([...Array(size).keys()]), shape), [...lead, 1]);
  });
  return columns.length === 0 ? wide : g.concat([...columns, wide], indices.shape.length - 1);
}

export const gatherNd = defineOp({
  id: 'GatherND',
  infer([x, indices], attributes) {
    const batch = integer(attributes, 'batch_dims', 0);
    const depth = product(indices.shape.slice(-1));
    if (typeof depth !== 'number') throw new Error('the last axis of the indices must have a known size');
    return [{ dtype: x.dtype, shape: [...indices.shape.slice(0, -1), ...x.shape.slice(batch + depth)] }];
  },
  grad(g, { inputs: [x, indices], dOutputs: [dy], attributes }) {
    const full = withBatch(g, indices, integer(attributes, 'batch_dims', 0));
    return [g.op('ScatterND', [g.filled(0, x.shape), full, dy], { reduction: 'add' }), null];
  },
});
