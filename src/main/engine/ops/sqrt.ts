/** Sqrt: √x. */
import { defineOp } from './define.ts';
import { sameAsFirst } from './shapes.ts';

export const sqrt = defineOp({
  id: 'Sqrt',
  infer: sameAsFirst,
  grad: (g, { outputs: [y], dOutputs: [dy] }) => [g.div(dy, g.mul(2, y))], // 1 / (2√x)
});
