/** RMSNormalization over the last axes: x / √(mean(x²) + ε) · scale (Zhang & Sennrich, 1910.07467). */
import { normalAxis } from '../graph/dims.ts';
import { defineOp, integer, real } from './define.ts';
import { sameAsFirst } from './shapes.ts';

export const rmsNormalization = defineOp({
  id: 'RMSNormalization',
  infer: sameAsFirst,
  grad(g, { inputs: [x, scale], dOutputs: [dy], attributes, needs }) {
    const axis = normalAxis(integer(attributes, 'axis', -1), x.shape.length);
    const axes = x.shape.map((_, i) => i).slice(axis);
    const square = g.reduceMean(g.mul(x, x), axes, true);
    const inverse = g.reciprocal(g.sqrt(g.add(square, real(attributes, 'epsilon', 1e-5))));
    const normal = g.mul(x, inverse);
    const d = g.mul(dy, scale);
    // dx = (d − x̂ mean(d x̂)) / rms
    const dx = g.mul(inverse, g.sub(d, g.mul(normal, g.reduceMean(g.mul(d, normal), axes, true))));
    return [dx, needs(1) ? g.mul(dy, normal) : null];
  },
});
