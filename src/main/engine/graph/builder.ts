/** Builds a Graph node by node: infers each shape, shares constants, keeps the tape that differentiation walks. */
import type { GradientContext, OpDefinition } from '../ops/define.ts';
import { operators } from '../ops/index.ts';
import { product, sameShape } from './dims.ts';
import {
  ARRAYS,
  type Attributes,
  type Dim,
  type DType,
  elementCount,
  float,
  formatShape,
  type Graph,
  type Node,
  type TensorArray,
  type TensorType,
  type Value,
} from './value.ts';

/** A number stands for a float32 scalar wherever a value is expected. */
export type Operand = Value | number;

/** One step that differentiation undoes: an ONNX node, or a group with a gradient of its own. */
export interface TapeEntry {
  readonly name: string;
  readonly inputs: readonly (Value | null)[];
  readonly outputs: readonly Value[];
  readonly attributes: Attributes;
  readonly grad?: OpDefinition['grad'];
}

export class GraphBuilder {
  readonly name: string;
  readonly tape: TapeEntry[] = [];
  #inputs: Value[] = [];
  #constants: Value[] = [];
  #nodes: Node[] = [];
  #outputs: { name: string; value: Value }[] = [];
  #shared = new Map<string, Value>();
  #symbols = new Map<string, { value: Value; axis: number }>();
  #names = new Set<string>();
  #next = 0;
  #taping = true;

  constructor(name = 'graph') {
    this.name = name;
  }

  #unique(name: string): string {
    let candidate = name;
    for (let i = 1; this.#names.has(candidate); i++) candidate = `${name}_${i}`;
    this.#names.add(candidate);
    return candidate;
  }

  /** A tensor fed at every run. Its symbols become known to later shape computations. */
  input(name: string, dtype: DType, shape: readonly Dim[]): Value {
    if (this.#names.has(name)) throw new Error(`the graph already has a value named "${name}"`);
    const value: Value = { id: this.#next++, name: this.#unique(name), kind: 'input', dtype, shape };
    this.#inputs.push(value);
    shape.forEach((dim, axis) => {
      if (typeof dim === 'string' && !this.#symbols.has(dim)) this.#symbols.set(dim, { value, axis });
    });
    return value;
  }

  /** A tensor written into the model. Integer vectors keep their content for shape inference. */
  constant(name: string, dtype: DType, shape: readonly number[], data: TensorArray): Value {
    if (elementCount(shape) !== data.length)
      throw new Error(
        `constant ${name}: shape ${formatShape(shape)} holds ${elementCount(shape)} elements, found ${data.length}`,
      );
    const dims = shape.length <= 1 && (dtype === 'int64' || dtype === 'int32') ? Array.from(data, Number) : undefined;
    const value: Value = { id: this.#next++, name: this.#unique(name), kind: 'constant', dtype, shape, data, dims };
    this.#constants.push(value);
    return value;
  }

  /** A shared scalar constant. */
  scalar(value: number, dtype: DType = 'float32'): Value {
    return this.#share(`${dtype}:${value}`, () => {
      const data = dtype === 'int64' ? BigInt64Array.of(BigInt(value)) : ARRAYS[dtype].of(value);
      return this.constant(`c_${dtype}_${value}`, dtype, [], data as TensorArray);
    });
  }

  /** A shared int64 vector: axes, sizes, starts. */
  integers(values: readonly number[]): Value {
    return this.#share(`ints:${values.join(',')}`, () =>
      this.constant(`i_${values.join('_')}`, 'int64', [values.length], BigInt64Array.from(values, BigInt)),
    );
  }

  #share(key: string, make: () => Value): Value {
    const found = this.#shared.get(key);
    if (found) return found;
    const value = make();
    this.#shared.set(key, value);
    return value;
  }

  lift(operand: Operand): Value {
    return typeof operand === 'number' ? this.scalar(operand) : operand;
  }

  /** Adds one node and returns its outputs; errors name the op and the shapes it was given. */
  node(type: string, inputs: readonly (Value | null)[], attributes: Attributes = {}): readonly Value[] {
    const definition = operators.get(type);
    let types: readonly TensorType[];
    try {
      types = definition.infer(inputs as readonly Value[], attributes);
    } catch (cause) {
      const shapes = inputs.map((v) => (v ? `${v.name} ${formatShape(v.shape)}` : 'none')).join(', ');
      throw new Error(`${type}(${shapes}): ${cause instanceof Error ? cause.message : cause}`, { cause });
    }
    const outputs = types.map((t): Value => {
      const { dtype, shape } = t;
      return {
        id: this.#next++,
        name: this.#unique(`${type.toLowerCase()}_${this.#nodes.length}`),
        kind: 'node',
        dtype,
        shape,
      };
    });
    this.#nodes.push({ op: type, domain: definition.domain ?? '', inputs, outputs, attributes });
    if (this.#taping) this.tape.push({ name: type, inputs, outputs, attributes, grad: definition.grad });
    return outputs;
  }

  /** Adds a node with one output. */
  op(type: string, inputs: readonly (Value | null)[], attributes: Attributes = {}): Value {
    return this.node(type, inputs, attributes)[0];
  }

  /**
   * A group of nodes with a gradient written by hand: differentiation calls `grad` and never looks inside.
   * For places where the chain of single-op rules would pass over large tensors more often than needed.
   */
  fused(
    name: string,
    inputs: readonly Value[],
    forward: () => readonly Value[],
    grad: (g: GraphBuilder, context: GradientContext) => readonly (Value | null)[],
  ): readonly Value[] {
    const outputs = this.untaped(forward);
    if (this.#taping) this.tape.push({ name, inputs, outputs, attributes: {}, grad });
    return outputs;
  }

  /** Builds nodes whose tape is handed back instead of kept. */
  record<T>(build: () => T): { readonly result: T; readonly tape: readonly TapeEntry[] } {
    const outer = this.#taping;
    const start = this.tape.length;
    this.#taping = true;
    try {
      return { result: build(), tape: this.tape.splice(start) };
    } finally {
      this.#taping = outer;
      this.tape.splice(start);
    }
  }

  /** Builds nodes that differentiation does not see: the inside of a fused group. */
  untaped<T>(build: () => T): T {
    const outer = this.#taping;
    this.#taping = false;
    try {
      return build();
    } finally {
      this.#taping = outer;
    }
  }

  /** The same tensor, through which no gradient flows. */
  stopGradient(value: Value): Value {
    return this.fused(
      'stopGradient',
      [],
      () => [this.op('Identity', [value])],
      () => [],
    )[0];
  }

  output(name: string, value: Value): void {
    if (this.#outputs.some((o) => o.name === name)) throw new Error(`the graph already has an output named "${name}"`);
    this.#outputs.push({ name, value });
  }

  /** The graph as built so far, without the nodes no output depends on. */
  build(): Graph {
    const needed = new Set(this.#outputs.map((o) => o.value.id));
    const nodes: Node[] = [];
    for (let i = this.#nodes.length - 1; i >= 0; i--) {
      const node = this.#nodes[i];
      if (!node.outputs.some((o) => needed.has(o.id))) continue;
      nodes.unshift(node);
      for (const input of node.inputs) if (input) needed.add(input.id);
    }
    const constants = this.#constants.filter((c) => needed.has(c.id));
    return {
      name: this.name,
      inputs: this.#inputs.filter((v) => needed.has(v.id)),
      constants,
      nodes,
      outputs: this.#outputs,
    };
  }

  // --- shapes -----------------------------------------------------------------------------------------------------------

  /** An int64 vector of these sizes; symbols are read from the inputs that brought them. */
  shape(dims: readonly Dim[]): Value {
    if (dims.every((d) => typeof d === 'number')) return this.integers(dims as number[]);
    return this.#share(`shape:${dims.join(',')}`, () => {
      const parts = dims.map((dim) => (typeof dim === 'number' ? this.integers([dim]) : this.#symbol(dim)));
      const value = parts.length === 1 ? parts[0] : this.#quiet(() => this.op('Concat', parts, { axis: 0 }));
      return { ...value, dims };
    });
  }

  /** One-element int64 vector with the size a symbol (or product of symbols) has at run time. */
  #symbol(dim: string): Value {
    return this.#share(`symbol:${dim}`, () =>
      this.#quiet(() => {
        const factors = dim.split('*').map((factor) => {
          if (/^\d+$/.test(factor)) return this.integers([Number(factor)]);
          const source = this.#symbols.get(factor);
          if (!source) throw new Error(`no input has a dimension named "${factor}"`);
          return this.op('Gather', [this.op('Shape', [source.value]), this.integers([source.axis])], { axis: 0 });
        });
        return factors.reduce((a, b) => this.op('Mul', [a, b]));
      }),
    );
  }

  #quiet<T>(body: () => T): T {
    const outer = this.#taping;
    this.#taping = false;
    try {
      return body();
    } finally {
      this.#taping = outer;
    }
  }

  reshape(x: Value, dims: readonly Dim[]): Value {
    if (sameShape(x.shape, dims)) return x;
    const symbols = dims.filter((d) => typeof d === 'string');
    if (symbols.length !== 1) return this.op('Reshape', [x, this.shape(dims)]);
    // one unknown size: -1 lets the runtime find it, no shape has to be computed
    const target = this.integers(dims.map((d) => (typeof d === 'number' ? d : -1)));
    return this.op('Reshape', [x, { ...target, dims }]);
  }

  /** Zeros (or another constant) of a shape that may hold symbols. */
  filled(value: number, dims: readonly Dim[]): Value {
    return this.op('Expand', [this.scalar(value), this.shape(dims)]);
  }

  // --- sugar ------------------------------------------------------------------------------------------------------------

  add = (a: Operand, b: Operand): Value => this.op('Add', [this.lift(a), this.lift(b)]);
  sub = (a: Operand, b: Operand): Value => this.op('Sub', [this.lift(a), this.lift(b)]);
  mul = (a: Operand, b: Operand): Value => this.op('Mul', [this.lift(a), this.lift(b)]);
  div = (a: Operand, b: Operand): Value => this.op('Div', [this.lift(a), this.lift(b)]);
  pow = (a: Operand, b: Operand): Value => this.op('Pow', [this.lift(a), this.lift(b)]);
  neg = (x: Value): Value => this.op('Neg', [x]);
  exp = (x: Value): Value => this.op('Exp', [x]);
  log = (x: Value): Value => this.op('Log', [x]);
  sqrt = (x: Value): Value => this.op('Sqrt', [x]);
  reciprocal = (x: Value): Value => this.op('Reciprocal', [x]);
  sigmoid = (x: Value): Value => this.op('Sigmoid', [x]);
  tanh = (x: Value): Value => this.op('Tanh', [x]);
  abs = (x: Value): Value => this.op('Abs', [x]);
  max = (a: Operand, b: Operand): Value => this.op('Max', [this.lift(a), this.lift(b)]);
  min = (a: Operand, b: Operand): Value => this.op('Min', [this.lift(a), this.lift(b)]);
  clip = (x: Value, low: Operand, high: Operand): Value => this.op('Clip', [x, this.lift(low), this.lift(high)]);
  matmul = (a: Value, b: Value): Value => this.op('MatMul', [a, b]);
  equal = (a: Value, b: Value): Value => this.op('Equal', [a, b]);
  greater = (a: Value, b: Value): Value => this.op('Greater', [a, b]);
  less = (a: Value, b: Value): Value => this.op('Less', [a, b]);
  not = (x: Value): Value => this.op('Not', [x]);

  /** 1 where true, 0 where false. */
  indicator = (x: Value): Value => this.cast(x, 'float32');

  /** a · b with optional transposes, 2-D only; `c` is added. */
  gemm(a: Value, b: Value, options: { transA?: boolean; transB?: boolean; c?: Value } = {}): Value {
    const inputs = options.c ? [a, b, options.c] : [a, b];
    return this.op('Gemm', inputs, { transA: options.transA ? 1 : 0, transB: options.transB ? 1 : 0 });
  }

  cast(x: Value, dtype: DType): Value {
    return x.dtype === dtype ? x : this.op('Cast', [x], { to: DTYPE_CODES[dtype] });
  }
  transpose = (x: Value, perm: readonly number[]): Value => this.op('Transpose', [x], { perm });
  unsqueeze = (x: Value, axes: readonly number[]): Value => this.op('Unsqueeze', [x, this.integers(axes)]);
  squeeze = (x: Value, axes: readonly number[]): Value => this.op('Squeeze', [x, this.integers(axes)]);
  expand = (x: Value, dims: readonly Dim[]): Value =>
    sameShape(x.shape, dims) ? x : this.op('Expand', [x, this.shape(dims)]);
  concat = (values: readonly Value[], axis: number): Value => this.op('Concat', values, { axis });
  softmax = (x: Value, axis = -1): Value => this.op('Softmax', [x], { axis });
  logSoftmax = (x: Value, axis = -1): Value => this.op('LogSoftmax', [x], { axis });
  gather = (x: Value, indices: Value, axis = 0): Value => this.op('Gather', [x, indices], { axis });
  gatherElements = (x: Value, indices: Value, axis: number): Value => this.op('GatherElements', [x, indices], { axis });

  slice(x: Value, axis: number, start: number, end: number): Value {
    return this.op('Slice', [x, this.integers([start]), this.integers([end]), this.integers([axis])]);
  }

  #reduce(type: string, x: Value, axes: readonly number[] | undefined, keep: boolean): Value {
    if (axes?.length === 0) return x;
    return this.op(type, axes ? [x, this.integers(axes)] : [x], { keepdims: keep ? 1 : 0 });
  }
  reduceSum = (x: Value, axes?: readonly number[], keep = false): Value => this.#reduce('ReduceSum', x, axes, keep);
  reduceMean = (x: Value, axes?: readonly number[], keep = false): Value => this.#reduce('ReduceMean', x, axes, keep);
  reduceMax = (x: Value, axes?: readonly number[], keep = false): Value => this.#reduce('ReduceMax', x, axes, keep);

  /** log σ(x), exact for large |x|: min(x, 0) − log(1 + exp(−|x|)). For small tensors (one entry a pair). */
  logSigmoid = (x: Value): Value => this.neg(this.op('Softplus', [this.neg(x)]));
  /**
   * σ(x) whose small values are exact, where the operator is off by 6e-8 and flat below −18: what a loss saturates at still decides Adam's next step.
   * The gradient is y (1 − y) of the rounded y, as PyTorch has it. For small tensors.
   */
  exactSigmoid(x: Value): Value {
    const y = this.stopGradient(this.div(1, this.add(1, this.exp(this.neg(x)))));
    const slope = this.stopGradient(this.mul(y, this.sub(1, y)));
    return this.add(y, this.mul(slope, this.sub(x, this.stopGradient(x))));
  }

  /** Number of elements as a float32 scalar, symbols included. */
  count(dims: readonly Dim[]): Value {
    const total = product(dims);
    if (typeof total === 'number') return this.scalar(total);
    return this.cast(this.squeeze(this.shape([total]), [0]), 'float32');
  }
}

/** TensorProto.DataType numbers. */
export const DTYPE_CODES = { float32: 1, uint8: 2, int32: 6, int64: 7, bool: 9 } as const satisfies Record<
  DType,
  number
>;

/** The dtype a TensorProto.DataType number stands for; doubles compute in float32 here. */
export function dtypeOfCode(code: number): DType {
  for (const [dtype, known] of Object.entries(DTYPE_CODES)) if (known === code) return dtype as DType;
  throw new Error(`tensor type ${code} is not supported; supported: ${Object.keys(DTYPE_CODES).join(', ')}`);
}

export { float };
