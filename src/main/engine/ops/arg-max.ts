/** ArgMax: the index of the largest element along an axis, the first among equals. */
import { normalAxis } from '../graph/dims.ts';
import type { Dim } from '../graph/value.ts';
import { defineOp, integer } from './define.ts';

export const argMax = defineOp({
  id: 'ArgMax',
  infer([x], attributes) {
    const axis = normalAxis(integer(attributes, 'axis', 0), x.shape.length);
    const keep = integer(attributes, 'keepdims', 1) === 1;
    return [{ dtype: 'int64', shape: x.shape.flatMap((d, i): Dim[] => (i === axis ? (keep ? [1] : []) : [d])) }];
  },
  grad: () => [null],
});
