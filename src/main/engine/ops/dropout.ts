/** Dropout as inference runs it: the identity. Training with dropout multiplies by a fed mask instead, which is seeded and can be replayed. */
import { defineOp } from './define.ts';
import { sameAsFirst } from './shapes.ts';

export const dropout = defineOp({
  id: 'Dropout',
  infer: sameAsFirst,
  grad: (_g, { dOutputs: [dy], inputs }) => [dy, ...inputs.slice(1).map(() => null)],
});
