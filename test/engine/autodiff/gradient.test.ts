/** The backward walk: accumulation, broadcasting, targets without a path, groups with their own gradient, and errors that name the operator. */
import { describe, expect, it } from 'vitest';
import { gradients } from '../../../src/main/engine/autodiff/gradient.ts';
import { GraphBuilder } from '../../../src/main/engine/graph/builder.ts';
import { printGraph } from '../../../src/main/engine/graph/print.ts';
import type { Tensor, Value } from '../../../src/main/engine/graph/value.ts';
import { float32, Session } from '../../../src/main/engine/runtime/session.ts';

/** d loss / d target for each target, run on real tensors. */
async function run(g: GraphBuilder, loss: Value, targets: Value[], feeds: Record<string, Tensor>, seed?: Value) {
  gradients(g, loss, targets, seed).forEach((d, i) => {
    g.output(`d${i}`, d);
  });
  const session = await Session.create(g.build(), { threads: 1 });
  try {
    const found = await session.run(feeds);
    return targets.map((_, i) => ({ shape: found[`d${i}`].shape, data: Array.from(found[`d${i}`].data, Number) }));
  } finally {
    await session.close();
  }
}

const x2 = float32([2], Float32Array.of(3, -1));

describe('gradients', () => {
  it('of a value used three times add up', async () => {
    const g = new GraphBuilder();
    const x = g.input('x', 'float32', [2]);
    const [d] = await run(g, g.reduceSum(g.add(g.mul(x, x), x)), [x], { x: x2 });
    expect(d).toEqual({ shape: [2], data: [7, -1] });
  });
  it('are summed over the axes that broadcasting stretched', async () => {
    const g = new GraphBuilder();
    const x = g.input('x', 'float32', ['B', 2]);
    const row = g.input('row', 'float32', [2]);
    const column = g.input('column', 'float32', ['B', 1]);
    const found = await run(g, g.reduceSum(g.mul(g.add(x, row), column)), [x, row, column], {
      x: float32([3, 2], Float32Array.of(1, 2, 3, 4, 5, 6)),
      row: float32([2], Float32Array.of(10, 20)),
      column: float32([3, 1], Float32Array.of(1, 2, 3)),
    });
    expect(found).toEqual([
      { shape: [3, 2], data: [1, 1, 2, 2, 3, 3] },
      { shape: [2], data: [6, 6] },
      { shape: [3, 1], data: [33, 37, 41] },
    ]);
  });
  it('are zeros where the loss does not depend on the target', async () => {
    const g = new GraphBuilder();
    const x = g.input('x', 'float32', [2]);
    const other = g.input('other', 'float32', ['B', 3]);
    g.output('shown', other);
    const loss = g.reduceSum(x);
    const found = await run(g, loss, [other, x], { x: x2, other: float32([1, 3], new Float32Array(3)) });
    expect(found).toEqual([
      { shape: [1, 3], data: [0, 0, 0] },
      { shape: [2], data: [1, 1] },
    ]);
  });
  it('of the loss itself are one', async () => {
    const g = new GraphBuilder();
    const x = g.input('x', 'float32', []);
    const [d] = await run(g, x, [x], { x: float32([], Float32Array.of(5)) });
    expect(d.data).toEqual([1]);
  });
  it('stop where they are told to', async () => {
    const g = new GraphBuilder();
    const x = g.input('x', 'float32', [2]);
    const [d] = await run(g, g.reduceSum(g.mul(g.stopGradient(x), x)), [x], { x: x2 });
    expect(d.data).toEqual([3, -1]); // x · stop(x): the slope of the second factor alone
  });
  it('with a seed are a vector-Jacobian product', async () => {
    const g = new GraphBuilder();
    const x = g.input('x', 'float32', [2]);
    const seed = g.constant('v', 'float32', [2], Float32Array.of(1, 10));
    const [d] = await run(g, g.mul(x, x), [x], { x: x2 }, seed);
    expect(d.data).toEqual([6, -20]);
  });
  it('go through a second derivative', async () => {
    const g = new GraphBuilder();
    const x = g.input('x', 'float32', [2]);
    const [first] = gradients(g, g.reduceSum(g.mul(g.mul(x, x), x)), [x]);
    const [second] = await run(g, g.reduceSum(first), [x], { x: x2 });
    expect(second.data).toEqual([18, -6]); // (x³)″ = 6x
  });
  it('leave nothing in the graph for inputs nobody asked about', () => {
    const g = new GraphBuilder('quiet');
    const x = g.input('x', 'float32', [2, 2]);
    const w = g.input('w', 'float32', [2, 2]);
    const [d] = gradients(g, g.reduceSum(g.gemm(x, w)), [w]);
    g.output('dw', d);
    expect(printGraph(g.build()).match(/Gemm/g)).toHaveLength(1);
  });
});

describe('errors', () => {
  it('a loss that is no scalar', () => {
    const g = new GraphBuilder();
    const x = g.input('x', 'float32', [2]);
    expect(() => gradients(g, x, [x])).toThrow('the loss must be a scalar, found shape [2]');
  });
  it('an operator without a gradient is named', () => {
    const g = new GraphBuilder();
    const x = g.input('x', 'float32', [2]);
    g.tape.push({ name: 'Mystery', inputs: [x], outputs: [g.tanh(x)], attributes: {} });
    expect(() => gradients(g, g.reduceSum(g.tape[1].outputs[0]), [x])).toThrow(
      'Mystery has no gradient, and the loss depends on a target through it',
    );
  });
  it('an operator whose rule does not cover an attribute is named, with its shapes', () => {
    const g = new GraphBuilder();
    const x = g.input('x', 'float32', [3]);
    const at = g.constant('at', 'int64', [1, 1], BigInt64Array.of(2n));
    const y = g.op('ScatterND', [x, at, g.constant('new', 'float32', [1], Float32Array.of(1))]);
    expect(() => gradients(g, g.reduceSum(y), [x])).toThrow(
      'gradient of ScatterND(x [3], at [1, 1], new [1]): only reduction "add" has a gradient rule',
    );
  });
  it('a rule that gives the wrong shape is named, with both shapes', () => {
    const g = new GraphBuilder();
    const x = g.input('x', 'float32', [2]);
    const [y] = g.fused(
      'Doubled',
      [x],
      () => [g.mul(2, x)],
      () => [g.input('wrong', 'float32', [3])],
    );
    expect(() => gradients(g, g.reduceSum(y), [x])).toThrow('Doubled: its gradient has shape [3], its input x [2]');
  });
});
