/** LayerNormalization over the last axes (Ba et al., 1607.06450), biased variance. */
import { normalAxis } from '../graph/dims.ts';
import type { Value } from '../graph/value.ts';
import { defineOp, integer, real } from './define.ts';

export const layerNormalization = defineOp({
  id: 'LayerNormalization',
  infer: ([x]) => [{ dtype: x.dtype, shape: x.shape }],
  grad(g, { inputs: [x, scale, bias], dOutputs: [dy], attributes, needs }) {
    const axis = normalAxis(integer(attributes, 'axis', -1), x.shape.length);
    const axes = x.shape.map((_, i) => i).slice(axis);
    const mean = (v: Value) => g.reduceMean(v, axes, true);
    const centred = g.sub(x, mean(x));
    const variance = mean(g.mul(centred, centred));
    const inverse = g.reciprocal(g.sqrt(g.add(variance, real(attributes, 'epsilon', 1e-5))));
    const normal = g.mul(centred, inverse);
    const d = g.mul(dy, scale);
    // dx = (d − mean(d) − x̂ mean(d x̂)) / σ
    const dx = g.mul(inverse, g.sub(g.sub(d, mean(d)), g.mul(normal, mean(g.mul(d, normal)))));
    return [dx, needs(1) ? g.mul(dy, normal) : null, bias ? dy : null];
  },
});
