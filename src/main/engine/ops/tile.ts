/** Tile: repeats a tensor along each axis. */

import { product } from '../graph/dims.ts';
import type { Dim } from '../graph/value.ts';
import { defineOp, knownIntegers } from './define.ts';

export const tile = defineOp({
  id: 'Tile',
  infer([x, repeats]) {
    const counts = knownIntegers(repeats, 'repeats');
    if (counts.length !== x.shape.length) throw new Error(`${counts.length} repeats for rank ${x.shape.length}`);
    return [{ dtype: x.dtype, shape: x.shape.map((dim, i) => product([counts[i], dim])) }];
  },
  grad(g, { inputs: [x, repeats], dOutputs: [dy] }) {
    // [r·d] → [r, d] per axis, then sum over the r axes
    const counts = knownIntegers(repeats, 'repeats');
    const split = x.shape.flatMap((dim, i): Dim[] => [counts[i], dim]);
    return [
      g.reduceSum(
        g.reshape(dy, split),
        counts.map((_, i) => 2 * i),
      ),
      null,
    ];
  },
});
