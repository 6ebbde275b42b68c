/** The graph builder: printed form, shapes with symbols, errors that name operator and shapes, and nodes that nothing needs. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GraphBuilder } from '../../../src/main/engine/graph/builder.ts';
import { broadcast, product, quotient } from '../../../src/main/engine/graph/dims.ts';
import { printGraph } from '../../../src/main/engine/graph/print.ts';

describe('printGraph', () => {
  it('writes one line a node, with types, attributes and constants', () => {
    const g = new GraphBuilder('example');
    const x = g.input('x', 'float32', ['B', 4]);
    const w = g.input('w', 'float32', [3, 4]);
    const y = g.gemm(x, w, { transB: true });
    g.exp(y); // nothing needs it: it is not in the graph
    g.output('y', g.mul(0.5, g.tanh(y)));
    g.output('mean', g.reduceMean(y, [1]));
    expect(printGraph(g.build())).toMatchInlineSnapshot(`
      "graph example
        input x: float32[B, 4]
        input w: float32[3, 4]
        gemm_0: float32[B, 3] = Gemm(x, w) {transA=0, transB=1}
        tanh_2: float32[B, 3] = Tanh(gemm_0)
        mul_3: float32[B, 3] = Mul(0.5, tanh_2)
        reducemean_4: float32[B] = ReduceMean(gemm_0, [1]) {keepdims=0}
        output y = mul_3
        output mean = reducemean_4"
    `);
  });
  it('shows how a symbol becomes a number at run time', () => {
    const g = new GraphBuilder('flat');
    const x = g.input('x', 'float32', ['B', 'T', 2]);
    g.output('y', g.reshape(x, ['B*T', 2]));
    g.output('z', g.filled(0, ['T', 3]));
    expect(printGraph(g.build())).toMatchInlineSnapshot(`
      "graph flat
        input x: float32[B, T, 2]
        reshape_0: float32[B*T, 2] = Reshape(x, [B*T, 2])
        shape_1: int64[3] = Shape(x)
        gather_2: int64[1] = Gather(shape_1, [1]) {axis=0}
        concat_3: int64[2] = Concat(gather_2, [3]) {axis=0}
        expand_4: float32[T, 3] = Expand(0, concat_3)
        output y = reshape_0
        output z = expand_4"
    `);
  });
});

describe('shapes with symbols', () => {
  const g = new GraphBuilder();
  const x = g.input('x', 'float32', ['B', 'T', 6]);
  const flat = g.reshape(x, ['B*T', 6]);
  it.each([
    ['Reshape', flat, ['B*T', 6]],
    ['Reshape back', g.reshape(flat, ['B', 'T', 2, 3]), ['B', 'T', 2, 3]],
    ['Transpose', g.transpose(x, [2, 0, 1]), [6, 'B', 'T']],
    ['broadcast Add', g.add(x, g.input('bias', 'float32', [6])), ['B', 'T', 6]],
    ['broadcast over a symbol', g.mul(x, g.input('row', 'float32', ['B', 1, 1])), ['B', 'T', 6]],
    ['MatMul', g.matmul(x, g.input('w', 'float32', [6, 5])), ['B', 'T', 5]],
    ['ReduceSum', g.reduceSum(x, [1]), ['B', 6]],
    ['ReduceSum that keeps', g.reduceSum(x, [1], true), ['B', 1, 6]],
    ['Concat', g.concat([x, x], 2), ['B', 'T', 12]],
    ['Gather', g.gather(flat, g.input('rows', 'int32', ['M'])), ['M', 6]],
    ['Slice', g.slice(x, 2, 1, 4), ['B', 'T', 3]],
    ['Unsqueeze', g.unsqueeze(x, [0, 3]), [1, 'B', 'T', 1, 6]],
    ['Expand', g.expand(g.input('one', 'float32', [1, 6]), ['T', 6]), ['T', 6]],
  ] as const)('%s', (_name, value, shape) => expect(value.shape).toEqual(shape));
});

describe('arithmetic of dimensions', () => {
  it('a product divides by each of its factors', () => {
    const dim = fc.oneof(fc.integer({ min: 1, max: 9 }), fc.constantFrom('B', 'T', 'M'));
    fc.assert(
      fc.property(fc.array(dim, { minLength: 1, maxLength: 5 }), fc.nat(4), (dims, pick) => {
        const at = pick % dims.length;
        expect(quotient(product(dims), dims[at])).toEqual(product(dims.filter((_, i) => i !== at)));
      }),
    );
  });
  it('is the same whatever the order', () => {
    expect(product(['T', 3, 'B', 2])).toBe(product([2, 'B', 3, 'T']));
    expect(product(['T', 0])).toBe(0);
    expect(quotient('3*B', 2)).toBeUndefined();
    expect(quotient('B', 'T')).toBeUndefined();
  });
  it('broadcasts as NumPy does', () => {
    expect(broadcast(['B', 1, 4], [3, 1])).toEqual(['B', 3, 4]);
    expect(broadcast([], ['T'])).toEqual(['T']);
    expect(() => broadcast([2, 3], [4])).toThrow('shapes [2, 3] and [4] cannot be broadcast together');
    expect(() => broadcast(['B'], ['T'])).toThrow('cannot be broadcast');
  });
});

describe('errors name the operator and what it was given', () => {
  const make = () => {
    const g = new GraphBuilder();
    return { g, a: g.input('a', 'float32', [2, 3]), b: g.input('b', 'float32', [2, 3]) };
  };
  it.each([
    ['MatMul', ({ g, a, b }: ReturnType<typeof make>) => g.matmul(a, b), /^MatMul\(a \[2, 3\], b \[2, 3\]\): /],
    ['Add', ({ g, a }) => g.add(a, g.input('c', 'float32', [4])), /^Add\(a \[2, 3\], c \[4\]\): /],
    ['Reshape', ({ g, a }) => g.op('Reshape', [a, g.integers([4, 2])]), /^Reshape\(/],
    ['Concat', ({ g, a }) => g.concat([a, g.input('c', 'float32', [5, 5])], 0), /^Concat\(/],
    ['Gemm', ({ g, a, b }) => g.gemm(a, b), /^Gemm\(/],
    ['ReduceSum', ({ g, a }) => g.reduceSum(a, [7]), /axis 7 is outside a tensor of rank 2/],
    ['an unknown operator', ({ g, a }) => g.op('Tanhh', [a]), /did you mean "Tanh"/],
    ['an input twice', ({ g }) => g.input('a', 'float32', []), 'already has a value named "a"'],
    ['a symbol no input has', ({ g }) => g.filled(0, ['Z']), 'no input has a dimension named "Z"'],
    [
      'a constant of another size',
      ({ g }) => g.constant('k', 'float32', [3], Float32Array.of(1)),
      'holds 3 elements, found 1',
    ],
  ] as [string, (m: ReturnType<typeof make>) => unknown, RegExp | string][])('%s', (_name, build, message) =>
    expect(() => build(make())).toThrow(message),
  );
});
