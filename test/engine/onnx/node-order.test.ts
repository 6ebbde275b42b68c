/** The order nodes are written in: what nothing reads stands last, what can be computed first the very last. */
import { expect, it } from 'vitest';
import { gradients } from '../../../src/main/engine/autodiff/gradient.ts';
import { GraphBuilder } from '../../../src/main/engine/graph/builder.ts';
import { runtimeOrder } from '../../../src/main/engine/onnx/node-order.ts';

it('puts gradients of weights last, those of the last layer at the very end', () => {
  const g = new GraphBuilder('two layers');
  const x = g.input('x', 'float32', ['N', 4]);
  const weights = ['first', 'second'].map((name) => g.input(name, 'float32', [4, 4]));
  const y = weights.reduce((from, weight) => g.tanh(g.gemm(from, weight)), x);
  g.output('mean', g.reduceMean(y));
  const found = gradients(g, g.reduceSum(g.mul(y, y)), weights);
  for (const [i, gradient] of found.entries()) g.output(weights[i].name, gradient);
  const graph = g.build();
  const order = runtimeOrder(graph);
  const [first, second] = found.map(({ id }) => order.findIndex(({ outputs }) => outputs[0].id === id));
  // the mean needs the forward pass only
  expect(order.at(-1)?.op).toBe('ReduceMean');
  expect([first, second]).toEqual([order.length - 3, order.length - 2]);
  expect(new Set(order)).toEqual(new Set(graph.nodes));
  // operands stand before what reads them
  const at = new Map(order.flatMap(({ outputs }, place) => outputs.map(({ id }) => [id, place] as const)));
  for (const [place, { inputs }] of order.entries())
    for (const input of inputs) if (input) expect(at.get(input.id) ?? -1).toBeLessThan(place);
});
