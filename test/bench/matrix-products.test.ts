/** Counting a graph's matrix products, held against counts by hand. */
import { describe, expect, it } from 'vitest';
import { matrixProducts, totalFlops } from '../../src/main/bench/matrix-products.ts';
import { noiseModel, TRAINED } from '../../src/main/bench/models.ts';
import { trainGraph } from '../../src/main/bench/train.ts';
import { GraphBuilder } from '../../src/main/engine/graph/builder.ts';

const none = new Map<string, number>();

describe('matrixProducts', () => {
  it('reads Gemm with either operand transposed', () => {
    const g = new GraphBuilder();
    const a = g.input('a', 'float32', [5, 'M']);
    const b = g.input('b', 'float32', [7, 5]);
    g.output('y', g.gemm(a, b, { transA: true, transB: true }));
    const [product] = matrixProducts(g.build(), new Map([['M', 3]]));
    expect(product).toEqual({ batch: 1, m: 3, k: 5, n: 7, transA: true, transB: true, count: 1 });
    expect(totalFlops([product])).toBe(2 * 3 * 5 * 7);
  });

  it('multiplies the leading axes of a MatMul, broadcast ones included', () => {
    const g = new GraphBuilder();
    const a = g.input('a', 'float32', [2, 1, 3, 4]);
    const b = g.input('b', 'float32', [6, 4, 5]);
    g.output('y', g.matmul(a, b));
    expect(matrixProducts(g.build(), none)).toMatchObject([{ batch: 12, m: 3, k: 4, n: 5, count: 1 }]);
  });

  it('takes a vector for a matrix of one row or one column', () => {
    const g = new GraphBuilder();
    const v = g.input('v', 'float32', [4]);
    const m = g.input('m', 'float32', [4, 5]);
    g.output('left', g.matmul(v, m));
    g.output('right', g.matmul(g.transpose(m, [1, 0]), v));
    const found = matrixProducts(g.build(), none);
    expect(found).toHaveLength(2);
    expect(totalFlops(found)).toBe(2 * (2 * 4 * 5));
  });

  it('counts equal products together, the costliest first, and other nodes not at all', () => {
    const g = new GraphBuilder();
    const x = g.input('x', 'float32', [3, 3]);
    const y = g.input('y', 'float32', [3, 30]);
    g.output('a', g.matmul(g.exp(x), x));
    g.output('b', g.matmul(x, g.exp(x)));
    g.output('c', g.matmul(x, y));
    expect(matrixProducts(g.build(), none).map(({ n, count }) => [n, count])).toEqual([
      [30, 1],
      [3, 2],
    ]);
  });

  it('finds 6 FLOPs a weight and token, and the attention, in a training step', () => {
    const [batch, length, hidden, layers] = [8, 128, 256, 6];
    const sizes = new Map([
      ['B', batch],
      ['T', length],
      ['M', batch * length],
    ]);
    const found = totalFlops(matrixProducts(trainGraph(noiseModel(TRAINED), length), sizes));
    const matrices = layers * (4 * hidden * hidden + 3 * hidden * 1024) + 4096 * hidden;
    // scores and mixing, forward once and backward twice: 2 · 3 products of 2·T²·hidden a row and layer
    const attention = layers * batch * 6 * 2 * length * length * hidden;
    expect(found).toBe(6 * matrices * batch * length + attention);
  });

  it('names a size that is not known', () => {
    const g = new GraphBuilder();
    const x = g.input('x', 'float32', ['N', 2]);
    g.output('y', g.matmul(x, g.input('w', 'float32', [2, 2])));
    expect(() => matrixProducts(g.build(), none)).toThrow(/"N"/);
  });
});
