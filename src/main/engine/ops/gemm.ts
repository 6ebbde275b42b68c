/** Gemm: alpha · op(A) op(B) + beta · C in two dimensions, op = optional transpose. */
import type { GraphBuilder } from '../graph/builder.ts';
import type { Value } from '../graph/value.ts';
import { float } from '../graph/value.ts';
import { defineOp, integer, real } from './define.ts';

const times = (g: GraphBuilder, x: Value, y: Value, transA: boolean, transB: boolean, alpha: number): Value =>
  g.op('Gemm', [x, y], {
    transA: transA ? 1 : 0,
    transB: transB ? 1 : 0,
    alpha: alpha === 1 ? undefined : float(alpha),
  });

export const gemm = defineOp({
  id: 'Gemm',
  infer([a, b], attributes) {
    const transA = integer(attributes, 'transA', 0);
    const transB = integer(attributes, 'transB', 0);
    if (a.shape.length !== 2 || b.shape.length !== 2) throw new Error('both operands must be matrices');
    const inner = a.shape[transA ? 0 : 1];
    const other = b.shape[transB ? 1 : 0];
    if (inner !== other) throw new Error(`inner sizes ${inner} and ${other} differ`);
    return [{ dtype: a.dtype, shape: [a.shape[transA ? 1 : 0], b.shape[transB ? 0 : 1]] }];
  },
  grad(g, { inputs: [a, b, c], dOutputs: [dy], attributes, needs }) {
    const ta = integer(attributes, 'transA', 0) === 1;
    const tb = integer(attributes, 'transB', 0) === 1;
    const alpha = real(attributes, 'alpha', 1);
    const beta = real(attributes, 'beta', 1);
    return [
      needs(0) ? (ta ? times(g, b, dy, tb, true, alpha) : times(g, dy, b, false, !tb, alpha)) : null,
      needs(1) ? (tb ? times(g, dy, a, true, ta, alpha) : times(g, a, dy, !ta, false, alpha)) : null,
      c && needs(2) ? (beta === 1 ? dy : g.mul(beta, dy)) : null,
    ];
  },
});
