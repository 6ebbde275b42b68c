/** Gather: slices of x along one axis by index; repeated indices add up in the gradient. */
import type { GraphBuilder } from '../graph/builder.ts';
import { normalAxis, product } from '../graph/dims.ts';
import type { Value } from '../graph/value.ts';
import { defineOp, integer } from './define.ts';

/**
 * Rows of `updates` added to those of a zero tensor like x. Not ScatterND, which is three times as fast: onnxruntime 1.30 shares its rows out among
 * threads without care for equal indices, and additions to one row get lost.
 */
function scatterRows(g: GraphBuilder, x: Value, indices: Value, updates: Value): Value {
  const width = x.shape.slice(1);
  const rows = product(indices.shape);
  const flat = g.reshape(updates, [rows, ...width]);
  const column = g.reshape(indices, [rows, ...width.map(() => 1)]);
  return g.op('ScatterElements', [g.filled(0, x.shape), g.expand(column, [rows, ...width]), flat], {
    axis: 0,
    reduction: 'add',
  });
}

export const gather = defineOp({
  id: 'Gather',
  infer([x, indices], attributes) {
    const axis = normalAxis(integer(attributes, 'axis', 0), x.shape.length);
    return [{ dtype: x.dtype, shape: [...x.shape.slice(0, axis), ...indices.shape, ...x.shape.slice(axis + 1)] }];
  },
  /** `_frozenRow` names a row that takes no gradient (a padding token's embedding). */
  grad(g, { inputs: [x, indices], dOutputs: [dy], attributes }) {
    const axis = normalAxis(integer(attributes, 'axis', 0), x.shape.length);
    const frozen = integer(attributes, '_frozenRow', -1);
    if (axis === 0) {
      const kept = frozen < 0 ? dy : g.mul(dy, rowMask(g, indices, frozen, dy));
      return [scatterRows(g, x, indices, kept), null];
    }
    // bring the gathered axis to the front, scatter rows, and bring it back
    const rank = x.shape.length;
    const extra = indices.shape.length;
    const toFront = [...Array(extra).keys()].map((i) => axis + i);
    const others = [...Array(dy.shape.length).keys()].filter((i) => !toFront.includes(i));
    const rows = g.transpose(dy, [...toFront, ...others]);
    const order = [axis, ...[...Array(rank).keys()].filter((i) => i !== axis)];
    const front: Value = { ...x, shape: order.map((i) => x.shape[i]) };
    const scattered = scatterRows(g, front, indices, rows);
    return [
      g.transpose(
        scattered,
        order.map((_, i) => order.indexOf(i)),
      ),
      null,
    ];
  },
});

function rowMask(g: GraphBuilder, indices: Value, frozen: number, dy: Value): Value {
  const keep = g.indicator(g.not(g.equal(indices, g.scalar(frozen, indices.dtype))));
  return g.reshape(keep, [...indices.shape, ...dy.shape.slice(indices.shape.length).map(() => 1)]);
}
