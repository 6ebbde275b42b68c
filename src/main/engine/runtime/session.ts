/** A graph made runnable: the one place where tensors cross into onnxruntime and back. */
import { createRequire } from 'node:module';
import type { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import { DTYPE_CODES } from '../graph/builder.ts';
import { resolveDim } from '../graph/dims.ts';
import { ARRAYS, formatShape, type Graph, type Tensor, type TensorArray, type Value } from '../graph/value.ts';
import { encodeModel, outputName } from '../onnx/encode.ts';
import { prepareEnvironment } from './environment.ts';
import { type Crossing, NativeSession, nativeApi } from './native.ts';
import { threadsFor, usesMemoryPattern } from './threads.ts';

// loaded when first needed: the native library takes 100 ms that `--help` does not have to pay
type Ort = typeof import('onnxruntime-node');
let ort: Ort | undefined;
const runtime = (): Ort => {
  prepareEnvironment();
  ort ??= createRequire(import.meta.url)('onnxruntime-node') as Ort;
  return ort;
};

export interface SessionOptions {
  /** Threads inside one operator; 0: one for a small graph, as many as cores for a large one (`threads.ts`). */
  readonly threads?: number;
  /** Write a profile to this path prefix. */
  readonly profile?: string;
  /** Which API runs the graph; without it the native one where it can be loaded. Asking for a native one that cannot be loaded throws. */
  readonly backend?: 'native' | 'js';
  /**
   * Sessions with the same owner (an object such as a model's weights) hold equal large constants once, packed; the last one to close frees them.
   * Without an owner a session has its own. The JavaScript API shares nothing.
   */
  readonly owner?: object;
}

/**
 * Equal bits in repeated runs whatever the load; denormals as zero, because they cost hundreds of cycles each. A thread that waits for the next
 * operator of a run spins for 20 µs before it sleeps (waking it takes longer than a small operator), and sleeps at the end of the run: every session
 * has threads of its own, and those of an idle one must not take the processor from the one that works.
 */
const SETTINGS = {
  set_denormal_as_zero: '1',
  use_deterministic_compute: '1',
  'intra_op.allow_spinning': '1',
  'intra_op.spin_duration_us': '20',
  force_spinning_stop: '1',
};
const CONFIG = Object.fromEntries(Object.entries(SETTINGS).map(([key, value]) => [`session.${key}`, value]));

/** How a graph is run: by the C API in place, or by the JavaScript API with copies. */
type Backend =
  | { readonly kind: 'native'; readonly session: NativeSession }
  | { readonly kind: 'js'; readonly session: InferenceSession };

export class Session {
  readonly graph: Graph;
  #backend: Backend;
  #closed = false;

  private constructor(graph: Graph, backend: Backend) {
    this.graph = graph;
    this.#backend = backend;
  }

  static async create(graph: Graph, options: SessionOptions = {}): Promise<Session> {
    const api = options.backend === 'js' ? undefined : nativeApi();
    if (api instanceof Error && options.backend === 'native') throw api;
    const threads = threadsFor(graph, options.threads);
    if (api && !(api instanceof Error)) {
      const native = {
        threads,
        config: CONFIG,
        profile: options.profile,
        memoryPattern: usesMemoryPattern(graph),
        owner: options.owner ?? {},
      };
      return new Session(graph, { kind: 'native', session: new NativeSession(api, graph, native) });
    }
    const session = await runtime().InferenceSession.create(encodeModel(graph), {
      executionProviders: ['cpu'],
      graphOptimizationLevel: 'all',
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      executionMode: 'sequential',
      enableMemPattern: usesMemoryPattern(graph),
      logSeverityLevel: 3,
      enableProfiling: options.profile !== undefined,
      profileFilePrefix: options.profile,
      extra: { session: SETTINGS },
    });
    return new Session(graph, { kind: 'js', session });
  }

  /** Whether outputs are written in place ("native") or copied ("js"). */
  get backend(): Backend['kind'] {
    return this.#backend.kind;
  }

  /**
   * Runs the graph once. Feeds are read in place; an output is written into `into[name]`, which the caller owns, or into a fresh array.
   * Throws when a feed is missing or its shape does not match, naming it.
   */
  async run(
    feeds: Readonly<Record<string, Tensor>>,
    into: Readonly<Record<string, TensorArray>> = {},
  ): Promise<Record<string, Tensor>> {
    if (this.#closed) throw new Error(`the session of graph ${this.graph.name} is closed`);
    for (const input of this.graph.inputs) this.#check(input, feeds[input.name]);
    return this.#backend.kind === 'native'
      ? this.#runNative(this.#backend.session, feeds, into)
      : this.#runJs(this.#backend.session, feeds, into);
  }

  #runNative(
    session: NativeSession,
    feeds: Readonly<Record<string, Tensor>>,
    into: Readonly<Record<string, TensorArray>>,
  ): Record<string, Tensor> {
    const sizes = this.#symbols(feeds);
    const result: Record<string, Tensor> = {};
    const inputs = this.graph.inputs.map(
      ({ name }): Crossing => ({ name, code: DTYPE_CODES[feeds[name].dtype], ...feeds[name] }),
    );
    const outputs = this.graph.outputs.map(({ name, value }): Crossing => {
      const shape = value.shape.map((dim) => resolveDim(dim, sizes));
      const count = shape.reduce((a, b) => a * b, 1);
      const data = into[name] ?? new ARRAYS[value.dtype](count);
      if (data.length !== count)
        throw new Error(
          `graph ${this.graph.name}: output "${name}" has ${count} elements, the array for it ${data.length}`,
        );
      result[name] = { dtype: value.dtype, shape, data };
      return { name: outputName(name), code: DTYPE_CODES[value.dtype], shape, data };
    });
    session.run(inputs, outputs);
    return result;
  }

  async #runJs(
    session: InferenceSession,
    feeds: Readonly<Record<string, Tensor>>,
    into: Readonly<Record<string, TensorArray>>,
  ): Promise<Record<string, Tensor>> {
    const fed: Record<string, OrtTensor> = {};
    for (const { name } of this.graph.inputs) {
      const { dtype, data, shape } = feeds[name];
      fed[name] = new (runtime().Tensor)(dtype, data as Float32Array, shape);
    }
    const found = await session.run(fed);
    const result: Record<string, Tensor> = {};
    for (const { name, value } of this.graph.outputs) {
      const tensor = found[outputName(name)];
      const data = tensor.data as TensorArray;
      const target = into[name];
      if (target) (target as Float32Array).set(data as Float32Array);
      result[name] = { dtype: value.dtype, shape: tensor.dims, data: target ?? data };
    }
    return result;
  }

  /** Sizes the feeds give to the graph's symbols; one symbol has one size. */
  #symbols(feeds: Readonly<Record<string, Tensor>>): Map<string, number> {
    const sizes = new Map<string, number>();
    for (const { name, shape } of this.graph.inputs)
      shape.forEach((dim, axis) => {
        if (typeof dim !== 'string') return;
        const size = feeds[name].shape[axis];
        const before = sizes.get(dim);
        if (before !== undefined && before !== size)
          throw new Error(`graph ${this.graph.name}: "${dim}" is ${before} elsewhere and ${size} in input "${name}"`);
        sizes.set(dim, size);
      });
    return sizes;
  }

  #check(input: Value, tensor: Tensor | undefined): void {
    if (!tensor) throw new Error(`graph ${this.graph.name}: input "${input.name}" was not fed`);
    const { dtype, shape } = tensor;
    const fits =
      shape.length === input.shape.length && input.shape.every((d, i) => typeof d === 'string' || d === shape[i]);
    if (!fits || dtype !== input.dtype)
      throw new Error(
        `graph ${this.graph.name}: input "${input.name}" is ${input.dtype} ${formatShape(input.shape)}, fed ${dtype} ${formatShape(shape)}`,
      );
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    if (this.#backend.kind === 'native') this.#backend.session.close();
    else await this.#backend.session.release();
  }
}

/** Short ways to write feeds. */
export const float32 = (shape: readonly number[], data: Float32Array): Tensor => ({ dtype: 'float32', shape, data });
export const int32 = (shape: readonly number[], data: Int32Array): Tensor => ({ dtype: 'int32', shape, data });
