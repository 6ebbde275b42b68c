/** Pad at both ends of each axis with a constant, the edge's element or the reflection; negative amounts crop. */
import type { GraphBuilder } from '../graph/builder.ts';
import { normalAxis } from '../graph/dims.ts';
import type { Value } from '../graph/value.ts';
import { defineOp, knownIntegers, text } from './define.ts';

/** Amounts before and after, for every axis of x. */
function amounts([x, pads, , axes]: readonly (Value | null)[]): { before: number[]; after: number[] } {
  if (!x || !pads) throw new Error('data and pads are needed');
  const flat = knownIntegers(pads, 'pads');
  const along = axes ? knownIntegers(axes, 'axes').map((a) => normalAxis(a, x.shape.length)) : x.shape.map((_, i) => i);
  const before = x.shape.map(() => 0);
  const after = x.shape.map(() => 0);
  along.forEach((axis, i) => {
    before[axis] = flat[i];
    after[axis] = flat[i + along.length];
  });
  return { before, after };
}

/** Where along one axis of size `size` the padded position `at` (counted from the original start) reads from. */
function source(at: number, size: number, mode: string): number {
  if (mode === 'edge') return Math.min(Math.max(at, 0), size - 1);
  if (mode !== 'reflect') throw new Error(`padding mode "${mode}" has no gradient rule`);
  const period = Math.max(1, 2 * (size - 1));
  const folded = ((at % period) + period) % period;
  return folded < size ? folded : period - folded;
}

/** Each padded element gives its gradient to the element it was copied from. */
function scatterBack(g: GraphBuilder, inputs: readonly Value[], dy: Value, mode: string): Value {
  const { before, after } = amounts(inputs);
  let d = dy;
  inputs[0].shape.forEach((size, axis) => {
    if (before[axis] === 0 && after[axis] === 0) return;
    if (typeof size !== 'number') throw new Error(`axis ${axis} has the size "${size}", which must be known to pad it`);
    const count = size + before[axis] + after[axis];
    const positions = Array.from({ length: count }, (_, i) => source(i - before[axis], size, mode));
    const column = d.shape.map((_, i) => (i === axis ? count : 1));
    const indices = g.expand(g.reshape(g.integers(positions), column), d.shape);
    const whole = d.shape.map((dim, i) => (i === axis ? size : dim));
    d = g.op('ScatterElements', [g.filled(0, whole), indices, d], { axis, reduction: 'add' });
  });
  return d;
}

export const pad = defineOp({
  id: 'Pad',
  infer(inputs) {
    const { before, after } = amounts(inputs);
    const shape = inputs[0].shape.map((dim, i) => {
      if (before[i] === 0 && after[i] === 0) return dim;
      if (typeof dim !== 'number') throw new Error(`axis ${i} has the size "${dim}", which must be known to pad it`);
      return dim + before[i] + after[i];
    });
    return [{ dtype: inputs[0].dtype, shape }];
  },
  grad(g, { inputs, dOutputs: [dy], attributes, needs }) {
    const mode = text(attributes, 'mode', 'constant');
    if (mode !== 'constant') return [scatterBack(g, inputs, dy, mode), null, null, null];
    const { before, after } = amounts(inputs);
    const back = g.op('Pad', [dy, g.integers([...before, ...after].map((n) => -n))]);
    if (!inputs[2] || !needs(2)) return [back, null, null, null];
    const kept = g.reduceSum(back);
    return [back, null, g.sub(g.reduceSum(dy), kept), null]; // the fill value is in every padded place
  },
});
