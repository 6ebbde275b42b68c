/** Erf: the error function, 2/√π ∫₀ˣ e^(−t²) dt. */
import { defineOp } from './define.ts';
import { sameAsFirst } from './shapes.ts';

export const erf = defineOp({
  id: 'Erf',
  infer: sameAsFirst,
  grad: (g, { inputs: [x], dOutputs: [dy] }) => [g.mul(dy, g.mul(2 / Math.sqrt(Math.PI), g.exp(g.neg(g.mul(x, x)))))],
});
