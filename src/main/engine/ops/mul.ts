/** Mul: a · b with broadcasting. */
import { defineOp } from './define.ts';
import { broadcastAll } from './shapes.ts';

export const mul = defineOp({
  id: 'Mul',
  infer: broadcastAll,
  grad: (g, { inputs: [a, b], dOutputs: [dy], needs }) => [
    needs(0) ? g.mul(dy, b) : null, // ∂ab/∂a = b
    needs(1) ? g.mul(dy, a) : null,
  ],
});
