/** Gradients of a piece of graph held against central differences of the same piece, on real onnxruntime. */
import { createRandom } from '../../../src/main/base/random.ts';
import { gradients } from '../../../src/main/engine/autodiff/gradient.ts';
import { GraphBuilder } from '../../../src/main/engine/graph/builder.ts';
import type { Value } from '../../../src/main/engine/graph/value.ts';
import { float32, Session } from '../../../src/main/engine/runtime/session.ts';
import { expectGradient } from '../ops/finite-differences.ts';

/** float32 losses of size 1 carry 1e-7 of noise: the step balances it against the cubic term. */
const TOLERANCE = { step: 1e-2, absolute: 2e-3, relative: 2e-3 };

/** `build` gives tensors; the loss is the sum of each times fixed random weights, so that every element counts differently. */
export async function checkGradients(
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
    for (const name of Object.keys(inputs))
      await expectGradient(lossOf, feeds[name], found[`d:${name}`], TOLERANCE, `d ${name}`);
  } finally {
    await session.close();
  }
}
