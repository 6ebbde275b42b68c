/** ReduceMin over some or all axes; tied places share the gradient evenly. */
import { defineOp } from './define.ts';
import { extremumGradient } from './reduce-max.ts';
import { reduction } from './shapes.ts';

export const reduceMin = defineOp({ id: 'ReduceMin', infer: reduction, grad: extremumGradient });
