/** Gelu: x Φ(x), exact by erf or with the tanh approximation (Hendrycks & Gimpel, 1606.08415). */
import type { GraphBuilder } from '../graph/builder.ts';
import type { Value } from '../graph/value.ts';
import { defineOp, text } from './define.ts';
import { sameAsFirst } from './shapes.ts';

/** Φ(x) + x φ(x). */
function exactSlope(g: GraphBuilder, x: Value): Value {
  const cdf = g.mul(0.5, g.add(1, g.op('Erf', [g.mul(x, Math.SQRT1_2)])));
  const density = g.mul(1 / Math.sqrt(2 * Math.PI), g.exp(g.mul(-0.5, g.mul(x, x))));
  return g.add(cdf, g.mul(x, density));
}

/** d/dx of 0.5 x (1 + tanh u) with u = √(2/π)(x + 0.044715 x³). */
function tanhSlope(g: GraphBuilder, x: Value): Value {
  const c = Math.sqrt(2 / Math.PI);
  const square = g.mul(x, x);
  const t = g.tanh(g.mul(g.mul(c, x), g.add(1, g.mul(0.044715, square))));
  const du = g.mul(c, g.add(1, g.mul(3 * 0.044715, square)));
  const bell = g.sub(1, g.mul(t, t));
  return g.mul(0.5, g.add(g.add(1, t), g.mul(g.mul(x, bell), du)));
}

export const gelu = defineOp({
  id: 'Gelu',
  infer: sameAsFirst,
  grad(g, { inputs: [x], dOutputs: [dy], attributes }) {
    const slope = text(attributes, 'approximate', 'none') === 'tanh' ? tanhSlope : exactSlope;
    return [g.mul(dy, slope(g, x))];
  },
});
