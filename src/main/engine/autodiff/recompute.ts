/** Gradient checkpointing (Chen et al., 1604.06174): a part of a graph keeps its input alone, and its inside is computed again for the backward pass. */
import type { GraphBuilder, TapeEntry } from '../graph/builder.ts';
import type { Value } from '../graph/value.ts';
import { vectorJacobian } from './gradient.ts';

/**
 * `build(x)`, of which the backward pass keeps `x` alone. `build` is called again for the backward pass and must make the same nodes. Gradients are
 * the same bits: the arithmetic and the order of its sums are the same.
 */
export function recomputed(g: GraphBuilder, x: Value, build: (x: Value) => Value): Value {
  const first = g.record(() => build(x));
  const inputs = [x, ...outside(first.tape, x)];
  return g.fused(
    'Recomputed',
    inputs,
    () => [first.result],
    (_, { dOutputs: [d], needs }) => {
      const again = late(g, x, d);
      const { result, tape } = g.record(() => build(again));
      const asked = inputs.map((value, i) => ({ value: i === 0 ? again : value, wanted: needs(i) }));
      const targets = asked.filter(({ wanted }) => wanted).map(({ value }) => value);
      const found = vectorJacobian(g, tape, result, targets, d);
      return asked.map(({ wanted }) => (wanted ? (found.shift() ?? null) : null));
    },
  )[0];
}

/**
 * `x` at a time when `d` is there: its size is read off `d`, which has the same. To the runtime it is another tensor than `x`, so that it neither starts
 * early what is made of it nor takes it for the first computation, and a Reshape costs neither a pass nor memory.
 */
function late(g: GraphBuilder, x: Value, d: Value): Value {
  return g.op('Reshape', [x, { ...g.op('Shape', [d]), dims: x.shape }]);
}

/** Values that entries read and none of them makes, besides `x`. */
function outside(tape: readonly TapeEntry[], x: Value): Value[] {
  const made = new Set(tape.flatMap(({ outputs }) => outputs.map(({ id }) => id))).add(x.id);
  const found = new Map<number, Value>();
  for (const { inputs } of tape)
    for (const value of inputs) if (value && !made.has(value.id)) found.set(value.id, value);
  return [...found.values()];
}
