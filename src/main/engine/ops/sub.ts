/** Sub: a − b with broadcasting. */
import { defineOp } from './define.ts';
import { broadcastAll } from './shapes.ts';

export const sub = defineOp({
  id: 'Sub',
  infer: broadcastAll,
  grad: (g, { dOutputs: [dy], needs }) => [dy, needs(1) ? g.neg(dy) : null],
});
