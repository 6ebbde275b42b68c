/** Losses that saturate: values and gradients far out keep their relative precision, since Adam divides by their own size. */
import { expect, it } from 'vitest';
import { gradients } from '../../../src/main/engine/autodiff/gradient.ts';
import { GraphBuilder } from '../../../src/main/engine/graph/builder.ts';
import type { Value } from '../../../src/main/engine/graph/value.ts';
import { float32, Session } from '../../../src/main/engine/runtime/session.ts';

const FAR = [-80, -60, -40, -25, -19, -17, -12, -5, -1, -0.01, 0, 0.3, 2, 7, 13, 17, 19, 25, 40, 60, 80];

async function along(build: (g: GraphBuilder, x: Value) => Value, at: readonly number[]) {
  const g = new GraphBuilder('far');
  const x = g.input('x', 'float32', [at.length]);
  const y = build(g, x);
  g.output('y', y);
  const [dx] = gradients(g, g.reduceSum(y), [x]);
  g.output('dx', dx);
  const session = await Session.create(g.build());
  const found = await session.run({ x: float32([at.length], Float32Array.from(at)) });
  await session.close();
  return { y: [...(found.y.data as Float32Array)], dx: [...(found.dx.data as Float32Array)] };
}

const near = (found: readonly number[], exact: (x: number) => number) =>
  FAR.forEach((x, i) => {
    const x32 = Math.fround(x);
    expect(Math.abs(found[i] - exact(x32)), `at ${x}: ${found[i]}, exact ${exact(x32)}`).toBeLessThanOrEqual(
      1e-5 * Math.abs(exact(x32)) + 1e-38,
    );
  });

it('−log σ keeps the slope of what is long decided: e^(−x), not 0', async () => {
  const { dx } = await along((g, x) => g.neg(g.logSigmoid(x)), FAR);
  near(dx, (x) => -1 / (1 + Math.exp(x)));
});

it('σ itself is exact where it is small, and as PyTorch rounds it where it is near 1', async () => {
  const { y, dx } = await along((g, x) => g.exactSigmoid(x), FAR);
  near(y, (x) => 1 / (1 + Math.exp(-x)));
  const rounded = (x: number) => Math.fround(1 / Math.fround(1 + Math.fround(Math.exp(-x))));
  FAR.forEach((x, i) => {
    const p = rounded(x);
    expect(Math.abs(dx[i] - p * (1 - p)), `slope at ${x}`).toBeLessThanOrEqual(1e-5 * p + 1.3e-7 * Number(x > 0));
  });
  expect(dx[0]).toBeGreaterThan(0);
});
