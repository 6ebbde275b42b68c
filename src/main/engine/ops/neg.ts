/** Neg: −x. */
import { defineOp } from './define.ts';
import { sameAsFirst } from './shapes.ts';

export const neg = defineOp({ id: 'Neg', infer: sameAsFirst, grad: (g, { dOutputs: [dy] }) => [g.neg(dy)] });
