/** Concat: joins tensors along one axis. */
import { normalAxis } from '../graph/dims.ts';
import type { Dim } from '../graph/value.ts';
import { defineOp, integer } from './define.ts';
import { withAxis } from './shapes.ts';

function total(sizes: readonly Dim[]): Dim {
  if (sizes.every((s) => typeof s === 'number')) return sizes.reduce((a, b) => Number(a) + Number(b), 0);
  return `(${sizes.join('+')})`;
}

export const concat = defineOp({
  id: 'Concat',
  infer(inputs, attributes) {
    const axis = normalAxis(integer(attributes, 'axis', 0), inputs[0].shape.length);
    for (const input of inputs)
      if (
        input.shape.length !== inputs[0].shape.length ||
        input.shape.some((d, i) => i !== axis && d !== inputs[0].shape[i])
      )
        throw new Error(`inputs differ outside axis ${axis}`);
    return [
      { dtype: inputs[0].dtype, shape: withAxis(inputs[0].shape, axis, total(inputs.map((v) => v.shape[axis]))) },
    ];
  },
  grad(g, { inputs, dOutputs: [dy], attributes }) {
    const axis = normalAxis(integer(attributes, 'axis', 0), dy.shape.length);
    const sizes = inputs.map((v) => v.shape[axis]);
    return g.node('Split', [dy, g.shape(sizes)], { axis });
  },
});
