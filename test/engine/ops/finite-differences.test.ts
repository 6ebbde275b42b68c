/** Every operator's gradient rule against central finite differences of its own forward pass, at the points of test/golden/ops. */
import { describe, it } from 'vitest';
import { GraphBuilder } from '../../../src/main/engine/graph/builder.ts';
import type { Tensor } from '../../../src/main/engine/graph/value.ts';
import { Session } from '../../../src/main/engine/runtime/session.ts';
import { expectGradient, type Tolerance } from './finite-differences.ts';
import { attributesOf, type GoldenCase, goldenFiles, inputsOf, readGolden, weightsOf } from './golden-cases.ts';
import { runOp } from './run-op.ts';

/** The points are multiples of 1/128, so that x ± 1/128 and x ± 1/256 are exact in float32. */
const USUAL: Tolerance = { step: 2 ** -7, absolute: 2e-3, relative: 2e-3 };
/** Steep or bent at these points: a smaller step, and its noise. */
const BENT: Tolerance = { step: 2 ** -9, absolute: 8e-3, relative: 8e-3 };
const TOLERANCE: Readonly<Record<string, Tolerance>> = {
  Exp: BENT,
  Log: BENT,
  Reciprocal: BENT,
  Div: BENT,
  Pow: BENT,
  Sqrt: BENT,
  RMSNormalization: BENT,
  LayerNormalization: BENT,
};

/** Not differentiable there, so large that a difference in float32 is noise, or bent within the step (rows whose size is ε's). */
const without = (c: GoldenCase): boolean =>
  c.tie === true ||
  /large|saturat|extreme|huge|inf|at_bound|near_zero|constant_row|tiny_values|zero_row/i.test(c.name) ||
  Object.values(c.inputs).some((x) => x?.data.some((v) => !Number.isFinite(Number(v)) || Math.abs(Number(v)) > 100));

/** The operator alone, its session kept open: L = Σ output · weight, summed in float64. */
async function openForward(c: GoldenCase) {
  const inputs = inputsOf(c);
  const weights = weightsOf(c);
  const g = new GraphBuilder(c.op);
  const values = inputs.map(({ name, tensor, constant }) => {
    if (!tensor) return null;
    return constant
      ? g.constant(name, tensor.dtype, tensor.shape, tensor.data)
      : g.input(name, tensor.dtype, tensor.shape);
  });
  g.node(c.op, values, attributesOf(c)).forEach((output, i) => {
    g.output(`y${i}`, output);
  });
  const session = await Session.create(g.build(), { threads: 1 });
  const feeds = Object.fromEntries(
    inputs.flatMap(({ name, tensor, constant }): [string, Tensor][] => (tensor && !constant ? [[name, tensor]] : [])),
  );
  const loss = async () => {
    const found = await session.run(feeds);
    let total = 0;
    weights.forEach((weight, output) => {
      if (!weight) return;
      const y = found[`y${output}`].data;
      for (let i = 0; i < weight.data.length; i++) total += Number(y[i]) * Number(weight.data[i]);
    });
    return total;
  };
  return { inputs, feeds, loss, close: () => session.close() };
}

describe.each(goldenFiles(false))('%s', (file) => {
  const cases = readGolden(file).cases.filter((c) => !without(c) && Object.keys(c.expected.grads ?? {}).length > 0);
  it.each(cases.map((c) => [c.name, c] as const))('%s', (_name, c) => expectRule(c));
});

async function expectRule(c: GoldenCase): Promise<void> {
  const { grads } = await runOp(c.op, attributesOf(c), inputsOf(c), weightsOf(c));
  const forward = await openForward(c);
  try {
    for (const name of Object.keys(c.expected.grads ?? {}))
      await expectGradient(forward.loss, forward.feeds[name], grads[name], TOLERANCE[c.op] ?? USUAL, name);
  } finally {
    await forward.close();
  }
}

const floats = (shape: number[], data: number[]) => ({ shape, data, dtype: 'float64' });
const integers = (shape: number[], data: number[]) => ({ shape, data, dtype: 'int64' });

/** Operators that PyTorch's numbers have no file for. */
const OTHERS: readonly GoldenCase[] = [
  {
    name: 'add, indices that repeat',
    op: 'ScatterND',
    params: { reduction: 'add' },
    inputs: {
      data: floats([4, 2], [1, 2, 3, 4, 5, 6, 7, 8]),
      indices: integers([3, 1], [2, 0, 2]),
      updates: floats([3, 2], [0.5, -0.5, 1.5, 2.5, -1, 1]),
    },
    weights: [floats([4, 2], [1, -1, 2, 0.5, -2, 3, 1, 1])],
    expected: { outputs: [], grads: { data: floats([], []), updates: floats([], []) } },
  },
  {
    name: 'values, of three columns two',
    op: 'TopK',
    params: { axis: -1, largest: 1, sorted: 1 },
    inputs: { X: floats([2, 3], [3, 1, 2, -1, 5, 0.5]), K: integers([1], [2]) },
    weights: [floats([2, 2], [1, -2, 0.5, 3]), null],
    expected: { outputs: [], grads: { X: floats([], []) } },
  },
];

describe('operators without golden numbers', () => {
  it.each(OTHERS.map((c) => [`${c.op}: ${c.name}`, c] as const))('%s', (_name, c) => expectRule(c));
});
