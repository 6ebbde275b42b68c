/** MatMul: batched matrix product with NumPy's rules for vectors and broadcasting. */
import type { GraphBuilder } from '../graph/builder.ts';
import { broadcast } from '../graph/dims.ts';
import type { Dim, Value } from '../graph/value.ts';
import { defineOp } from './define.ts';

function shapeOf(a: readonly Dim[], b: readonly Dim[]): Dim[] {
  if (a.length === 0 || b.length === 0) throw new Error('a scalar cannot be multiplied as a matrix');
  const left = a.length === 1 ? [1, a[0]] : a;
  const right = b.length === 1 ? [b[0], 1] : b;
  const inner = left[left.length - 1];
  if (inner !== right[right.length - 2]) throw new Error(`inner sizes ${inner} and ${right[right.length - 2]} differ`);
  const batch = broadcast(left.slice(0, -2), right.slice(0, -2));
  return [
    ...batch,
    ...(a.length === 1 ? [] : [left[left.length - 2]]),
    ...(b.length === 1 ? [] : [right[right.length - 1]]),
  ];
}

const swapLast = (g: GraphBuilder, x: Value): Value => {
  const axes = x.shape.map((_, i) => i);
  return g.transpose(x, [...axes.slice(0, -2), axes.length - 1, axes.length - 2]);
};

export const matMul = defineOp({
  id: 'MatMul',
  infer: ([a, b]) => [{ dtype: a.dtype, shape: shapeOf(a.shape, b.shape) }],
  grad(g, { inputs: [a, b], dOutputs: [dy], needs }) {
    // vectors become matrices first; the walker's reshape takes the extra axis away again
    const left = a.shape.length === 1 ? g.unsqueeze(a, [0]) : a;
    const right = b.shape.length === 1 ? g.unsqueeze(b, [1]) : b;
    let d = dy;
    if (b.shape.length === 1) d = g.unsqueeze(d, [d.shape.length]);
    if (a.shape.length === 1) d = g.unsqueeze(d, [d.shape.length - 1]);
    const asVector = (value: Value, like: Value, vector: number) =>
      like.shape.length === 1 ? dropAxis(g, value, vector) : value;
    return [
      needs(0) ? asVector(g.matmul(d, swapLast(g, right)), a, -2) : null, // dA = dY Bᵀ
      needs(1) ? asVector(g.matmul(swapLast(g, left), d), b, -1) : null, // dB = Aᵀ dY
    ];
  },
});

function dropAxis(g: GraphBuilder, value: Value, axis: number): Value {
  return g.squeeze(value, [value.shape.length + axis]);
}
