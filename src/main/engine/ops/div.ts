/** Div: a / b with broadcasting. */
import { defineOp } from './define.ts';
import { broadcastAll } from './shapes.ts';

export const div = defineOp({
  id: 'Div',
  infer: broadcastAll,
  grad(g, { inputs: [, b], outputs: [y], dOutputs: [dy], needs }) {
    const da = g.div(dy, b);
    return [da, needs(1) ? g.neg(g.mul(da, y)) : null]; // ∂(a/b)/∂b = −(a/b)/b
  },
});
