/** Squeeze: drops axes of size 1. */
import { normalAxis } from '../graph/dims.ts';
import { defineOp, knownIntegers } from './define.ts';

export const squeeze = defineOp({
  id: 'Squeeze',
  infer([x, axes]) {
    const drop = axes
      ? knownIntegers(axes, 'axes').map((axis) => normalAxis(axis, x.shape.length))
      : x.shape.flatMap((dim, i) => (dim === 1 ? [i] : []));
    for (const axis of drop) if (x.shape[axis] !== 1) throw new Error(`axis ${axis} has size ${x.shape[axis]}, not 1`);
    return [{ dtype: x.dtype, shape: x.shape.filter((_, i) => !drop.includes(i)) }];
  },
  grad: (g, { inputs: [x], dOutputs: [dy] }) => [g.reshape(dy, x.shape), null],
});
