/** RotaryEmbedding (RoFormer, 2104.09864): rotates pairs of elements by fed angles; its gradient turns them back. */
import { defineOp } from './define.ts';
import { sameAsFirst } from './shapes.ts';

export const rotaryEmbedding = defineOp({
  id: 'RotaryEmbedding',
  infer: sameAsFirst,
  grad: (g, { inputs: [, cos, sin, positions], dOutputs: [dy], attributes }) => [
    g.op('RotaryEmbedding', positions ? [dy, cos, g.neg(sin), positions] : [dy, cos, g.neg(sin)], attributes),
    null,
    null,
    null,
  ],
});
