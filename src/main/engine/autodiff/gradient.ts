/** Reverse-mode differentiation of a graph: walks the tape backwards and asks each op for its rule. */
import type { GraphBuilder, TapeEntry } from '../graph/builder.ts';
import { broadcastAxes, sameShape } from '../graph/dims.ts';
import { formatShape, type Value } from '../graph/value.ts';

/**
 * Adds to `g` the nodes that compute d loss / d target for every target and returns them in order, each of its target's shape.
 * `loss` is a float32 scalar (or any tensor when `seed`, of its shape, is given: then the result is the vector-Jacobian product).
 * A target that the loss does not depend on gets zeros. Throws with the op's name when an op on the way has no gradient.
 */
export function gradients(g: GraphBuilder, loss: Value, targets: readonly Value[], seed?: Value): Value[] {
  if (!seed && loss.shape.length !== 0)
    throw new Error(`the loss must be a scalar, found shape ${formatShape(loss.shape)}`);
  return vectorJacobian(g, [...g.tape], loss, targets, seed ?? g.scalar(1));
}

/** The same along a tape: Σ seed · d output / d target, for every target. */
export function vectorJacobian(
  g: GraphBuilder,
  tape: readonly TapeEntry[],
  output: Value,
  targets: readonly Value[],
  seed: Value,
): Value[] {
  const wanted = reachable(tape, targets);
  const sums = new Map<number, Value>([[output.id, seed]]);
  for (let i = tape.length - 1; i >= 0; i--) {
    const entry = tape[i];
    if (!entry.outputs.some((o) => sums.has(o.id)) || !entry.outputs.some((o) => wanted.has(o.id))) continue;
    back(g, entry, sums, wanted);
  }
  return targets.map((target) => sums.get(target.id) ?? g.filled(0, target.shape));
}

/** Ids of the values that depend on a target. */
function reachable(tape: readonly TapeEntry[], targets: readonly Value[]): Set<number> {
  const ids = new Set(targets.map((t) => t.id));
  for (const entry of tape)
    if (entry.inputs.some((v) => v && ids.has(v.id))) for (const output of entry.outputs) ids.add(output.id);
  return ids;
}

function back(g: GraphBuilder, entry: TapeEntry, sums: Map<number, Value>, wanted: Set<number>): void {
  if (!entry.grad) throw new Error(`${entry.name} has no gradient, and the loss depends on a target through it`);
  const inputs = entry.inputs as readonly Value[];
  const needs = (index: number) => Boolean(inputs[index] && wanted.has(inputs[index].id));
  const dOutputs = entry.outputs.map((o) => sums.get(o.id) ?? g.filled(0, o.shape));
  const found = ruleOf(entry, entry.grad)(g, {
    inputs,
    outputs: entry.outputs,
    dOutputs,
    attributes: entry.attributes,
    needs,
  });
  inputs.forEach((input, i) => {
    const gradient = found[i];
    if (!input || !gradient || !needs(i)) return;
    const fitted = sumToShape(g, gradient, input, entry.name);
    const before = sums.get(input.id);
    sums.set(input.id, before ? g.add(before, fitted) : fitted);
  });
}

/** The rule, whose errors name the op and the shapes it was given. */
const ruleOf =
  (entry: TapeEntry, rule: NonNullable<TapeEntry['grad']>): typeof rule =>
  (g, context) => {
    try {
      return rule(g, context);
    } catch (cause) {
      const shapes = entry.inputs.map((v) => (v ? `${v.name} ${formatShape(v.shape)}` : 'none')).join(', ');
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new Error(`gradient of ${entry.name}(${shapes}): ${reason}`, { cause });
    }
  };

/** Undoes broadcasting: sums the gradient over the axes along which the operand was stretched. */
function sumToShape(g: GraphBuilder, gradient: Value, operand: Value, op: string): Value {
  if (sameShape(gradient.shape, operand.shape)) return gradient;
  const offset = gradient.shape.length - operand.shape.length;
  const axes = broadcastAxes(operand.shape, gradient.shape);
  const kept = gradient.shape.map((dim, i) => (axes.includes(i) ? 1 : dim));
  if (offset < 0 || !sameShape(kept.slice(offset), operand.shape))
    throw new Error(
      `${op}: its gradient has shape ${formatShape(gradient.shape)}, its input ${operand.name} ${formatShape(operand.shape)}`,
    );
  return g.reshape(g.reduceSum(gradient, axes, true), operand.shape);
}
