/** Runs one operator, and the gradient of Σ output · weight, on real onnxruntime: shared by the golden and the finite-difference tests. */
import { gradients } from '../../../src/main/engine/autodiff/gradient.ts';
import { DTYPE_CODES, GraphBuilder } from '../../../src/main/engine/graph/builder.ts';
import {
  ARRAYS,
  type Attributes,
  type DType,
  elementCount,
  float,
  type Tensor,
  type Value,
} from '../../../src/main/engine/graph/value.ts';
import { Session } from '../../../src/main/engine/runtime/session.ts';

export interface OpInput {
  readonly name: string;
  readonly tensor: Tensor | null;
  /** Integer inputs that shape inference must know (axes, sizes) are written as constants. */
  readonly constant: boolean;
}

export interface OpResult {
  readonly outputs: Tensor[];
  /** By input name; absent where the op has no gradient for it. */
  readonly grads: Record<string, Tensor>;
}

/** `weights[i]` is the upstream gradient of output i; null where the output is not floating point. */
export async function runOp(
  op: string,
  attributes: Attributes,
  inputs: readonly OpInput[],
  weights: readonly (Tensor | null)[],
): Promise<OpResult> {
  const g = new GraphBuilder(op);
  const values = inputs.map(({ name, tensor, constant }) => {
    if (!tensor) return null;
    return constant
      ? g.constant(name, tensor.dtype, tensor.shape, tensor.data)
      : g.input(name, tensor.dtype, tensor.shape);
  });
  const outputs = g.node(op, values, attributes);
  outputs.forEach((output, i) => {
    g.output(`y${i}`, output);
  });
  const targets = values.filter((v): v is Value => v !== null && v.dtype === 'float32');
  const weighted = outputs.flatMap((output, i) => {
    const weight = weights[i];
    if (!weight || output.dtype !== 'float32') return [];
    return [g.reduceSum(g.mul(output, g.constant(`w${i}`, 'float32', weight.shape, weight.data)))];
  });
  const differentiable = weighted.length > 0 && targets.length > 0;
  if (differentiable) {
    const loss = weighted.reduce((a, b) => g.add(a, b));
    gradients(g, loss, targets).forEach((d, i) => {
      g.output(`d:${targets[i].name}`, d);
    });
  }
  const session = await Session.create(g.build(), { threads: 1 });
  try {
    const feeds = Object.fromEntries(inputs.flatMap(({ name, tensor }) => (tensor ? [[name, tensor]] : [])));
    const found = await session.run(feeds);
    const grads: Record<string, Tensor> = {};
    if (differentiable) for (const target of targets) grads[target.name] = found[`d:${target.name}`];
    return { outputs: outputs.map((_, i) => found[`y${i}`]), grads };
  } finally {
    await session.close();
  }
}

/** Runs the forward pass alone. */
export async function runForward(op: string, attributes: Attributes, inputs: readonly OpInput[]): Promise<Tensor[]> {
  return (await runOp(op, attributes, inputs, [])).outputs;
}

export function tensor(dtype: DType, shape: readonly number[], values: readonly number[]): Tensor {
  const data =
    dtype === 'int64'
      ? BigInt64Array.from(values, (v) => BigInt(v))
      : dtype === 'int32'
        ? Int32Array.from(values)
        : dtype === 'bool'
          ? Uint8Array.from(values)
          : Float32Array.from(values);
  if (data.length !== elementCount(shape)) throw new Error(`${data.length} values for shape [${shape}]`);
  return { dtype, shape, data };
}

export const attributeOf = (name: string, value: unknown): Attributes[string] =>
  ['alpha', 'beta', 'epsilon'].includes(name) ? float(Number(value)) : (value as number | string | number[]);

export { ARRAYS, DTYPE_CODES };
