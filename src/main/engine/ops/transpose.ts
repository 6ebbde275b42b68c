/** Transpose: permutes axes (reverses them when none are named). */

import type { Attributes, Dim } from '../graph/value.ts';
import { defineOp, integers } from './define.ts';

const permutation = (shape: readonly Dim[], attributes: Attributes): readonly number[] =>
  integers(attributes, 'perm') ?? shape.map((_, i) => shape.length - 1 - i);

export const transpose = defineOp({
  id: 'Transpose',
  infer([x], attributes) {
    const perm = permutation(x.shape, attributes);
    if (perm.length !== x.shape.length) throw new Error(`perm has ${perm.length} entries for rank ${x.shape.length}`);
    return [{ dtype: x.dtype, shape: perm.map((axis) => x.shape[axis]) }];
  },
  grad(g, { inputs: [x], dOutputs: [dy], attributes }) {
    const perm = permutation(x.shape, attributes);
    return [
      g.transpose(
        dy,
        perm.map((_, i) => perm.indexOf(i)),
      ),
    ];
  },
});
