/** A graph made runnable: the one place where tensors cross into onnxruntime and back. */
import { createRequire } from 'node:module';
import type { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import type { Graph, Tensor } from '../graph/value.ts';
import { formatShape, type TensorArray, type Value } from '../graph/value.ts';
import { encodeModel, outputName } from '../onnx/encode.ts';

// loaded when first needed: the native library takes 100 ms that `--help` does not have to pay
type Ort = typeof import('onnxruntime-node');
let ort: Ort | undefined;
const runtime = (): Ort => {
  ort ??= createRequire(import.meta.url)('onnxruntime-node') as Ort;
  return ort;
};

export interface SessionOptions {
  /** Threads inside one operator; 0 = as many as cores. */
  readonly threads?: number;
  /** Equal bits in repeated runs, whatever the load; on by default. */
  readonly deterministic?: boolean;
  /** Write a profile to this path prefix. */
  readonly profile?: string;
}

export class Session {
  readonly graph: Graph;
  #session: InferenceSession;
  #closed = false;

  private constructor(graph: Graph, session: InferenceSession) {
    this.graph = graph;
    this.#session = session;
  }

  static async create(graph: Graph, options: SessionOptions = {}): Promise<Session> {
    const session = await runtime().InferenceSession.create(encodeModel(graph), {
      executionProviders: ['cpu'],
      graphOptimizationLevel: 'all',
      intraOpNumThreads: options.threads ?? 0,
      interOpNumThreads: 1,
      executionMode: 'sequential',
      enableMemPattern: true,
      logSeverityLevel: 3,
      enableProfiling: options.profile !== undefined,
      profileFilePrefix: options.profile,
      extra: {
        session: {
          set_denormal_as_zero: '1',
          use_deterministic_compute: options.deterministic === false ? '0' : '1',
        },
      },
    });
    return new Session(graph, session);
  }

  /**
   * Runs the graph once. Feeds are read in place; every output is a fresh array (or is copied into `into[name]`, which the caller owns).
   * Throws when a feed is missing or its shape does not match, naming it.
   */
  async run(
    feeds: Readonly<Record<string, Tensor>>,
    into: Readonly<Record<string, TensorArray>> = {},
  ): Promise<Record<string, Tensor>> {
    if (this.#closed) throw new Error(`the session of graph ${this.graph.name} is closed`);
    const fed: Record<string, OrtTensor> = {};
    for (const input of this.graph.inputs) fed[input.name] = this.#feed(input, feeds[input.name]);
    const found = await this.#session.run(fed);
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

  #feed(input: Value, tensor: Tensor | undefined): OrtTensor {
    if (!tensor) throw new Error(`graph ${this.graph.name}: input "${input.name}" was not fed`);
    const { dtype, shape, data } = tensor;
    const fits =
      shape.length === input.shape.length && input.shape.every((d, i) => typeof d === 'string' || d === shape[i]);
    if (!fits || dtype !== input.dtype)
      throw new Error(
        `graph ${this.graph.name}: input "${input.name}" is ${input.dtype} ${formatShape(input.shape)}, fed ${dtype} ${formatShape(shape)}`,
      );
    return new (runtime().Tensor)(dtype, data as Float32Array, shape);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#session.release();
  }
}

/** Short ways to write feeds. */
export const float32 = (shape: readonly number[], data: Float32Array): Tensor => ({ dtype: 'float32', shape, data });
export const int32 = (shape: readonly number[], data: Int32Array): Tensor => ({ dtype: 'int32', shape, data });
