/** Slice: a range with a step along some axes. */
import { normalAxis } from '../graph/dims.ts';
import type { Value } from '../graph/value.ts';
import { defineOp, knownIntegers } from './define.ts';

interface Range {
  readonly axis: number;
  readonly start: number;
  readonly step: number;
  readonly count: number;
  readonly size: number;
}

/** The ranges as Python counts them: negative from the end, cut to the tensor. */
function ranges([x, starts, ends, axes, steps]: readonly Value[]): Range[] {
  const from = knownIntegers(starts, 'starts');
  const to = knownIntegers(ends, 'ends');
  const along = axes ? knownIntegers(axes, 'axes') : from.map((_, i) => i);
  const by = steps ? knownIntegers(steps, 'steps') : from.map(() => 1);
  return from.map((first, i) => {
    const axis = normalAxis(along[i], x.shape.length);
    const size = x.shape[axis];
    if (typeof size !== 'number')
      throw new Error(`axis ${axis} has the size "${size}", which must be known to slice it`);
    const step = by[i];
    if (step === 0) throw new Error('a step of 0');
    const wrap = (v: number) => (v < 0 ? v + size : v);
    const start = clamp(wrap(first), step > 0 ? 0 : 0, step > 0 ? size : size - 1);
    const end = clamp(wrap(to[i]), step > 0 ? 0 : -1, size);
    return { axis, start, step, size, count: Math.max(0, Math.ceil((end - start) / step)) };
  });
}

const clamp = (value: number, low: number, high: number): number => Math.min(Math.max(value, low), high);

export const slice = defineOp({
  id: 'Slice',
  infer(inputs) {
    const shape = [...inputs[0].shape];
    for (const range of ranges(inputs)) shape[range.axis] = range.count;
    return [{ dtype: inputs[0].dtype, shape }];
  },
  grad(g, { inputs, dOutputs: [dy] }) {
    // back to where each range came from: a Pad when contiguous, a scatter when stepped
    let d = dy;
    for (const { axis, start, step, count, size } of ranges(inputs)) {
      if (step === 1) {
        if (count === size) continue;
        const pads = d.shape.map(() => 0);
        const after = d.shape.map(() => 0);
        pads[axis] = start;
        after[axis] = size - start - count;
        d = g.op('Pad', [d, g.integers([...pads, ...after])]);
      } else {
        const positions = Array.from({ length: count }, (_, i) => start + i * step);
        const shape = d.shape.map((_, i) => (i === axis ? count : 1));
        const indices = g.expand(g.reshape(g.integers(positions), shape), d.shape);
        const whole = d.shape.map((dim, i) => (i === axis ? size : dim));
        d = g.op('ScatterElements', [g.filled(0, whole), indices, d], { axis, reduction: 'add' });
      }
    }
    return [d, null, null, null, null];
  },
});
