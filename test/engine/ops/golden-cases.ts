/** Reads test/golden/ops: cases as inputs of `runOp`, and the comparison with their tolerance. */
import { readdirSync, readFileSync } from 'node:fs';
import { expect } from 'vitest';
import type { Attributes, DType, Tensor } from '../../../src/main/engine/graph/value.ts';
import { attributeOf, type OpInput, tensor } from './run-op.ts';

export interface Stored {
  readonly shape: number[];
  readonly data: (number | string | boolean)[];
  readonly dtype?: string;
}

export interface GoldenCase {
  readonly name: string;
  readonly op: string;
  /** The point is a kink: another subgradient is as good. */
  readonly tie?: boolean;
  readonly params: Record<string, unknown>;
  readonly inputs: Record<string, Stored | null>;
  readonly weights: (Stored | null)[];
  readonly expected: { outputs: Stored[]; grads?: Record<string, Stored> };
}

const folder = new URL('../../golden/ops/', import.meta.url);

export const goldenFiles = (composite: boolean): string[] =>
  readdirSync(folder).filter((f) => f.endsWith('.json') && f.startsWith('composite') === composite);

export const readGolden = (file: string): { op: string; cases: GoldenCase[] } =>
  JSON.parse(readFileSync(new URL(file, folder), 'utf8'));

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

export function toTensor(stored: Stored): Tensor {
  const dtype = DTYPES[stored.dtype ?? 'float64'];
  if (!dtype) throw new Error(`dtype ${stored.dtype} of the fixture`);
  // 2^63 − 1 (a Slice's "to the end") is beyond a double: any large integer says the same
  const values = stored.data
    .map(Number)
    .map((v) => (dtype === 'int64' ? Math.max(Math.min(v, 2 ** 31 - 1), -(2 ** 31)) : v));
  return tensor(dtype, stored.shape, values);
}

export const inputsOf = (c: GoldenCase): OpInput[] =>
  Object.entries(c.inputs).map(([name, stored]) => ({
    name,
    tensor: stored && toTensor(stored),
    constant: stored !== null && !String(stored.dtype).startsWith('float'),
  }));

export const attributesOf = (c: GoldenCase): Attributes =>
  Object.fromEntries(
    Object.entries(c.params).map(([k, v]) => [k, attributeOf(k, k === 'to' && v === DOUBLE ? FLOAT : v)]),
  );

/** One per output; null where it is not floating point. */
export const weightsOf = (c: GoldenCase): (Tensor | null)[] =>
  c.weights.map((w) => w && toTensor({ ...w, dtype: 'float64' }));

/** |found − expected| ≤ absolute + relative · |expected|, non-finite numbers exactly. */
export function expectNear(found: Tensor, expected: Stored, absolute: number, relative: number, what: string): void {
  expect(found.shape, `${what} shape`).toEqual(expected.shape);
  expected.data.map(Number).forEach((e, i) => {
    const f = Number(found.data[i]);
    if (Number.isNaN(e)) expect(f, `${what}[${i}]`).toBeNaN();
    else if (!Number.isFinite(e)) expect(f, `${what}[${i}]`).toBe(e);
    else
      expect(Math.abs(f - e), `${what}[${i}]: expected ${e}, found ${f}`).toBeLessThanOrEqual(
        absolute + relative * Math.abs(e),
      );
  });
}
