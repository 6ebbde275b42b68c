/** ReduceMax over some or all axes; tied places share the gradient evenly. */
import type { GraphBuilder } from '../graph/builder.ts';
import { defineOp, type GradientContext } from './define.ts';
import { keptShape, reducedAxes, reduction } from './shapes.ts';

/** The gradient of an extremum goes to the places that equal it. */
export function extremumGradient(
  g: GraphBuilder,
  { inputs, outputs: [y], dOutputs: [dy], attributes }: GradientContext,
) {
  const kept = keptShape(inputs, attributes);
  const hits = g.indicator(g.equal(inputs[0], g.reshape(y, kept)));
  const ties = g.reduceSum(hits, reducedAxes(inputs, attributes), true);
  return [g.mul(hits, g.div(g.reshape(dy, kept), ties)), null];
}

export const reduceMax = defineOp({ id: 'ReduceMax', infer: reduction, grad: extremumGradient });
