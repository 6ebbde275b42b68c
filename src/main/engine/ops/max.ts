/** Max of several tensors, folded from the left; ties share the gradient evenly at each fold. */
import type { GraphBuilder } from '../graph/builder.ts';
import type { Value } from '../graph/value.ts';
import { defineOp } from './define.ts';
import { broadcastAll } from './shapes.ts';

/** Share of the gradient that goes to `a` when it meets `b`: 1 if it wins, ½ at a tie. */
export const winnerShare = (g: GraphBuilder, a: Value, b: Value): Value =>
  g.add(g.indicator(g.greater(a, b)), g.mul(0.5, g.indicator(g.equal(a, b))));

/** Gradients of fold(fold(x0, x1), x2)…; `wins(a, b)` is the share of the left operand. */
export function foldGradients(
  g: GraphBuilder,
  inputs: readonly Value[],
  dy: Value,
  combine: (a: Value, b: Value) => Value,
  wins: (a: Value, b: Value) => Value,
): Value[] {
  const partial = [inputs[0]];
  for (let i = 1; i < inputs.length; i++) partial.push(combine(partial[i - 1], inputs[i]));
  const result: Value[] = [];
  let flowing = dy;
  for (let i = inputs.length - 1; i > 0; i--) {
    const left = wins(partial[i - 1], inputs[i]);
    result.unshift(g.mul(flowing, g.sub(1, left)));
    flowing = g.mul(flowing, left);
  }
  return [flowing, ...result];
}

export const max = defineOp({
  id: 'Max',
  infer: broadcastAll,
  grad: (g, { inputs, dOutputs: [dy] }) => foldGradients(g, inputs, dy, g.max, (a, b) => winnerShare(g, a, b)),
});
