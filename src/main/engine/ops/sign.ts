/** Sign: −1, 0 or 1; flat, so its gradient is 0. */
import { defineOp } from './define.ts';
import { sameAsFirst } from './shapes.ts';

export const sign = defineOp({ id: 'Sign', infer: sameAsFirst, grad: (g, { dOutputs: [dy] }) => [g.mul(dy, 0)] });
