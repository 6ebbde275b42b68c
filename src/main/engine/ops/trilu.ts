/** Trilu: keeps the upper or lower triangle of each matrix. */
import { defineOp } from './define.ts';
import { sameAsFirst } from './shapes.ts';

export const trilu = defineOp({
  id: 'Trilu',
  infer: sameAsFirst,
  grad: (g, { inputs: [, k], dOutputs: [dy], attributes }) => [g.op('Trilu', k ? [dy, k] : [dy], attributes), null],
});
