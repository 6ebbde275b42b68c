/** Identity. */
import { defineOp } from './define.ts';
import { sameAsFirst } from './shapes.ts';

export const identity = defineOp({ id: 'Identity', infer: sameAsFirst, grad: (_g, { dOutputs: [dy] }) => [dy] });
