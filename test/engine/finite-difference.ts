/** Gradients of a graph held against central differences of the same graph, on real onnxruntime. */
import { expect } from 'vitest';
import { createRandom } from '../../src/main/base/random.ts';
import { gradients } from '../../src/main/engine/autodiff/gradient.ts';
import { GraphBuilder } from '../../src/main/engine/graph/builder.ts';
import type { Value } from '../../src/main/engine/graph/value.ts';
import { float32, Session } from '../../src/main/engine/runtime/session.ts';

/** float32 losses of size 1 carry 1e-7 of noise: this step balances it against the cubic term. */
const STEP = 1e-2;
const TOLERANCE = 2e-3;

/** `build` gives tensors; the loss is the sum of each times fixed random weights, so that every element counts differently. */
export async function expectGradients(
  inputs: Readonly<Record<string, readonly number[]>>,
  build: (g: GraphBuilder, inputs: Record<string, Value>) => readonly Value[],
  seed = 1,
): Promise<void> {
  const random = createRandom(seed);
  const noise = (shape: readonly number[]) =>
    Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => random.normal());
  const g = new GraphBuilder('check');
  const values = Object.fromEntries(
    Object.entries(inputs).map(([name, shape]) => [name, g.input(name, 'float32', shape)]),
  );
  const terms = build(g, values).map((y, i) => {
    const shape = y.shape.map(Number);
    return g.reduceSum(g.mul(y, g.constant(`weight_${i}`, 'float32', shape, noise(shape))));
  });
  const loss = terms.reduce((a, b) => g.add(a, b));
  g.output('loss', loss);
  const targets = Object.values(values);
  gradients(g, loss, targets).forEach((gradient, i) => {
    g.output(`d:${targets[i].name}`, gradient);
  });
  const session = await Session.create(g.build(), { threads: 1 });
  const feeds = Object.fromEntries(Object.entries(inputs).map(([name, shape]) => [name, float32(shape, noise(shape))]));
  const lossOf = async () => Number((await session.run(feeds)).loss.data[0]);
  try {
    const found = await session.run(feeds);
    for (const name of Object.keys(inputs)) {
      const data = feeds[name].data as Float32Array;
      const gradient = found[`d:${name}`].data as Float32Array;
      for (let i = 0; i < data.length; i++) {
        const before = data[i];
        data[i] = before + STEP;
        const above = await lossOf();
        data[i] = before - STEP;
        const below = await lossOf();
        data[i] = before;
        const expected = (above - below) / (2 * STEP);
        const error = Math.abs(gradient[i] - expected) / Math.max(1, Math.abs(expected));
        expect(error, `d ${name}[${i}]: ${gradient[i]}, by differences ${expected}`).toBeLessThan(TOLERANCE);
      }
    }
  } finally {
    await session.close();
  }
}
