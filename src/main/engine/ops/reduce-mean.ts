/** ReduceMean over some or all axes. */
import { defineOp } from './define.ts';
import { keptShape, reducedAxes, reduction } from './shapes.ts';

export const reduceMean = defineOp({
  id: 'ReduceMean',
  infer: reduction,
  grad(g, { inputs, dOutputs: [dy], attributes }) {
    const n = g.count(reducedAxes(inputs, attributes).map((axis) => inputs[0].shape[axis]));
    return [g.expand(g.div(g.reshape(dy, keptShape(inputs, attributes)), n), inputs[0].shape), null];
  },
});
