/** Equal, Greater, Less and their relatives: booleans, through which no gradient flows. */
import { defineOp, type OpDefinition } from './define.ts';
import { comparison, sameAsFirst } from './shapes.ts';

const compare = (id: string): OpDefinition =>
  defineOp({ id, infer: comparison, grad: (_g, { inputs }) => inputs.map(() => null) });

export const equal = compare('Equal');
export const greater = compare('Greater');
export const greaterOrEqual = compare('GreaterOrEqual');
export const less = compare('Less');
export const lessOrEqual = compare('LessOrEqual');
export const and = compare('And');
export const or = compare('Or');
export const not = defineOp({ id: 'Not', infer: sameAsFirst, grad: () => [null] });
