/** Every operator, forward and gradient, against PyTorch's float64 numbers in test/golden/ops. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { DType, Tensor } from '../../../src/main/engine/graph/value.ts';
import { operators } from '../../../src/main/engine/ops/index.ts';
import { attributeOf, runOp, tensor } from './run-op.ts';

interface Stored {
  shape: number[];
  data: (number | string | boolean)[];
  dtype?: string;
}
interface Case {
  name: string;
  op: string;
  params: Record<string, unknown>;
  inputs: Record<string, Stored | null>;
  weights: (Stored | null)[];
  expected: { outputs: Stored[]; grads?: Record<string, Stored> };
}

const folder = new URL('../../golden/ops/', import.meta.url);
const files = readdirSync(folder).filter((f) => f.endsWith('.json') && !f.startsWith('composite'));

/** Fixture dtypes are PyTorch's; floating point computes in float32 here. */
const DTYPES: Record<string, DType> = {
  float64: 'float32',
  float32: 'float32',
  int64: 'int64',
  int32: 'int32',
  bool: 'bool',
};

/** TensorProto.DataType: the fixture casts to double where this engine casts to float. */
const DOUBLE = 11;
const FLOAT = 1;

const number = (v: number | string | boolean): number => Number(v);

function toTensor(stored: Stored): Tensor {
  const dtype = DTYPES[stored.dtype ?? 'float64'];
  if (!dtype) throw new Error(`dtype ${stored.dtype} of the fixture`);
  // 2^63 − 1 (a Slice's "to the end") is beyond a double: any large integer says the same
  const values = stored.data
    .map(number)
    .map((v) => (dtype === 'int64' ? Math.max(Math.min(v, 2 ** 31 - 1), -(2 ** 31)) : v));
  return tensor(dtype, stored.shape, values);
}

function expectNear(found: Tensor, expected: Stored, absolute: number, relative: number, what: string): void {
  expect(found.shape, `${what} shape`).toEqual(expected.shape);
  expected.data.map(number).forEach((e, i) => {
    const f = Number(found.data[i]);
    if (Number.isNaN(e)) expect(f, `${what}[${i}]`).toBeNaN();
    else if (!Number.isFinite(e)) expect(f, `${what}[${i}]`).toBe(e);
    else
      expect(Math.abs(f - e), `${what}[${i}]: expected ${e}, found ${f}`).toBeLessThanOrEqual(
        absolute + relative * Math.abs(e),
      );
  });
}

describe.each(files)('%s', (file) => {
  const { op, cases } = JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as { op: string; cases: Case[] };
  it('is registered', () => expect(operators.has(op)).toBe(true));
  it.each(cases.map((c) => [c.name, c] as const))('%s', async (_name, c) => {
    const large = /large|saturat/.test(c.name);
    const inputs = Object.entries(c.inputs).map(([name, stored]) => ({
      name,
      tensor: stored && toTensor(stored),
      constant: stored !== null && !String(stored.dtype).startsWith('float'),
    }));
    const attributes = Object.fromEntries(
      Object.entries(c.params).map(([k, v]) => [k, attributeOf(k, k === 'to' && v === DOUBLE ? FLOAT : v)]),
    );
    const found = await runOp(
      c.op,
      attributes,
      inputs,
      c.weights.map((w) => w && toTensor({ ...w, dtype: 'float64' })),
    );
    c.expected.outputs.forEach((e, i) => {
      expectNear(found.outputs[i], e, large ? 1e-7 : 1e-5, 1e-5, `output ${i}`);
    });
    // at a bound PyTorch gives 0, ½ or 1 depending on version and on whether bounds are numbers: any is a subgradient
    if (c.op === 'Clip' && c.name === 'at_bound') return;
    for (const [name, e] of Object.entries(c.expected.grads ?? {}))
      expectNear(found.grads[name], e, large ? 1e-6 : 1e-5, 1e-4, `gradient of ${name}`);
  });
});
