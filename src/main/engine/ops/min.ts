/** Min of several tensors, folded from the left; ties share the gradient evenly at each fold. */
import { defineOp } from './define.ts';
import { foldGradients, winnerShare } from './max.ts';
import { broadcastAll } from './shapes.ts';

export const min = defineOp({
  id: 'Min',
  infer: broadcastAll,
  grad: (g, { inputs, dOutputs: [dy] }) => foldGradients(g, inputs, dy, g.min, (a, b) => winnerShare(g, b, a)),
});
