/** Every operator, forward and gradient, against PyTorch's float64 numbers in test/golden/ops. */
import { describe, expect, it } from 'vitest';
import { operators } from '../../../src/main/engine/ops/index.ts';
import { attributesOf, expectNear, goldenFiles, inputsOf, readGolden, weightsOf } from './golden-cases.ts';
import { runOp } from './run-op.ts';

describe.each(goldenFiles(false))('%s', (file) => {
  const { op, cases } = readGolden(file);
  it('is registered', () => expect(operators.has(op)).toBe(true));
  it.each(cases.map((c) => [c.name, c] as const))('%s', async (_name, c) => {
    const large = /large|saturat/.test(c.name);
    const found = await runOp(c.op, attributesOf(c), inputsOf(c), weightsOf(c));
    c.expected.outputs.forEach((e, i) => {
      expectNear(found.outputs[i], e, large ? 1e-7 : 1e-5, 1e-5, `output ${i}`);
    });
    // at a bound PyTorch gives 0, ½ or 1 depending on version and on whether bounds are numbers: any is a subgradient
    if (c.op === 'Clip' && c.name === 'at_bound') return;
    for (const [name, e] of Object.entries(c.expected.grads ?? {}))
      expectNear(found.grads[name], e, large ? 1e-6 : 1e-5, 1e-4, `gradient of ${name}`);
  });
});

/** No gradient (integers, booleans, shapes; GroupQueryAttention and MatMulNBits only decode, where whole passes hold them), or held by finite differences alone. */
const WITHOUT_GOLDEN = new Set([
  'And',
  'ArgMax',
  'Equal',
  'Greater',
  'GreaterOrEqual',
  'GroupQueryAttention',
  'Less',
  'LessOrEqual',
  'MatMulNBits',
  'Not',
  'Or',
  'ScatterND',
  'Shape',
  'TopK',
]);

it('every operator of the registry has golden numbers, or is known to need none', () => {
  const golden = new Set(goldenFiles(false).map((file) => readGolden(file).op));
  expect(operators.all.map(({ id }) => id).filter((id) => !golden.has(id) && !WITHOUT_GOLDEN.has(id))).toEqual([]);
});
