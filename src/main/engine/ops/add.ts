/** Add: a + b with broadcasting. */
import { defineOp } from './define.ts';
import { broadcastAll } from './shapes.ts';

export const add = defineOp({
  id: 'Add',
  infer: broadcastAll,
  grad: (_g, { dOutputs: [dy] }) => [dy, dy],
});
