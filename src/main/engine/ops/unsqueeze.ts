/** Unsqueeze: adds axes of size 1. */

import { normalAxis } from '../graph/dims.ts';
import type { Dim } from '../graph/value.ts';
import { defineOp, knownIntegers } from './define.ts';

export const unsqueeze = defineOp({
  id: 'Unsqueeze',
  infer([x, axes]) {
    const named = knownIntegers(axes, 'axes');
    const rank = x.shape.length + named.length;
    const added = new Set(named.map((axis) => normalAxis(axis, rank)));
    const rest = [...x.shape];
    const shape = Array.from({ length: rank }, (_, i): Dim => (added.has(i) ? 1 : (rest.shift() ?? 1)));
    return [{ dtype: x.dtype, shape }];
  },
  grad: (g, { inputs: [x], dOutputs: [dy] }) => [g.reshape(dy, x.shape), null],
});
