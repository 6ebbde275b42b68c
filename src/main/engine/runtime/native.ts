/**
 * onnxruntime's C API (the same library onnxruntime-node ships) called through koffi: outputs are written straight into the caller's
 * arrays, where the JavaScript API copies each of them (2 to 6 ms per MB). Function numbers are places in `OrtApi`, which only grows.
 */

import { existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { DTYPE_CODES } from '../graph/builder.ts';
import type { Graph, TensorArray, Value } from '../graph/value.ts';
import { encodeModel } from '../onnx/encode.ts';
import { prepareEnvironment } from './environment.ts';
import { heldConstants, isHeld, PackedWeights } from './held-constants.ts';

/** ORT_API_VERSION asked for: every function used here is older. */
const API_VERSION = 18;

/** Place in the OrtApi struct (onnxruntime_c_api.h) and signature; handles are addresses. */
const FUNCTIONS = {
  getErrorMessage: [2, 'str', ['uint64']],
  createEnv: [3, 'uint64', ['int', 'str', 'void *']],
  run: [9, 'uint64', ['uint64', 'uint64', 'void *', 'void *', 'size_t', 'void *', 'size_t', 'void *']],
  createSessionOptions: [10, 'uint64', ['void *']],
  setExecutionMode: [13, 'uint64', ['uint64', 'int']],
  enableProfiling: [14, 'uint64', ['uint64', 'str']],
  disableMemoryPattern: [17, 'uint64', ['uint64']],
  setLogSeverity: [22, 'uint64', ['uint64', 'int']],
  setOptimizationLevel: [23, 'uint64', ['uint64', 'int']],
  setIntraOpThreads: [24, 'uint64', ['uint64', 'int']],
  setInterOpThreads: [25, 'uint64', ['uint64', 'int']],
  createTensorWithData: [49, 'uint64', ['uint64', 'void *', 'size_t', 'void *', 'size_t', 'int', 'void *']],
  createCpuMemoryInfo: [69, 'uint64', ['int', 'int', 'void *']],
  releaseStatus: [93, 'void', ['uint64']],
  releaseSession: [95, 'void', ['uint64']],
  releaseValue: [96, 'void', ['uint64']],
  releaseSessionOptions: [100, 'void', ['uint64']],
  addConfigEntry: [130, 'uint64', ['uint64', 'str', 'str']],
  addInitializer: [150, 'uint64', ['uint64', 'str', 'uint64']],
  createPackedWeights: [166, 'uint64', ['void *']],
  releasePackedWeights: [167, 'void', ['uint64']],
  createSession: [169, 'uint64', ['uint64', 'void *', 'size_t', 'uint64', 'uint64', 'void *']], // ...FromArrayWithPrepackedWeightsContainer
  addExternalInitializers: [210, 'uint64', ['uint64', 'void *', 'void *', 'size_t']],
} as const satisfies Record<string, readonly [number, string, readonly string[]]>;

type Argument = bigint | number | string | ArrayBufferView | null;
type Functions = Record<keyof typeof FUNCTIONS, (...args: Argument[]) => unknown>;

interface Api {
  /** Held because koffi unloads the library, and with it every function below, when this object is collected. */
  readonly library: unknown;
  readonly functions: Functions;
  readonly env: bigint;
  readonly memory: bigint;
  readonly packed: PackedWeights;
}

const require = createRequire(import.meta.url);

/** The shared library beside onnxruntime-node's binding. */
function libraryPath(): string {
  const root = dirname(require.resolve('onnxruntime-node/package.json'));
  const folder = join(root, 'bin', 'napi-v6', process.platform, process.arch);
  const name =
    existsSync(folder) &&
    readdirSync(folder).find((f) => /^(libonnxruntime\..*|onnxruntime\.dll)$/.test(f) && !f.endsWith('.node'));
  if (!name) throw new Error(`no onnxruntime library in ${folder}`);
  return join(folder, name);
}

function load(): Api {
  prepareEnvironment();
  const koffi = require('koffi') as typeof import('koffi');
  const library = koffi.load(libraryPath());
  const base = library.func('void *OrtGetApiBase()')() as unknown;
  const getApi = koffi.decode(koffi.decode(base, 'void *'), koffi.proto('void *GetApi(uint32_t version)')) as (
    v: number,
  ) => unknown;
  const api = getApi(API_VERSION);
  if (!api) throw new Error(`the onnxruntime library does not offer API version ${API_VERSION}`);
  const functions = Object.fromEntries(
    Object.entries(FUNCTIONS).map(([name, [index, result, parameters]]) => {
      const pointer = koffi.decode(api, index * 8, 'void *');
      return [name, koffi.decode(pointer, koffi.proto(name, result, [...parameters]))];
    }),
  ) as Functions;
  const out = new BigUint64Array(1);
  check(functions, functions.createEnv(3, 'plumbline', out));
  const env = out[0];
  check(functions, functions.createCpuMemoryInfo(0, 0, out)); // OrtDeviceAllocator, OrtMemTypeDefault
  const packed = new PackedWeights({
    create() {
      const container = new BigUint64Array(1);
      check(functions, functions.createPackedWeights(container));
      return container[0];
    },
    release: (container) => functions.releasePackedWeights(container),
  });
  return { library, functions, env, memory: out[0], packed };
}

/** Throws onnxruntime's message when a call failed. */
function check(functions: Functions, status: unknown): void {
  if (!status) return;
  const message = String(functions.getErrorMessage(status as bigint));
  functions.releaseStatus(status as bigint);
  throw new Error(message);
}

let loaded: Api | Error | undefined;

/** The API, or why it cannot be used here; found out once. */
export function nativeApi(): Api | Error {
  if (loaded) return loaded;
  if (process.env.PLUMB_RUNTIME === 'js') loaded = new Error('PLUMB_RUNTIME=js asks for the JavaScript API');
  else {
    try {
      loaded = load();
    } catch (error) {
      loaded = error instanceof Error ? error : new Error(String(error));
    }
  }
  return loaded;
}

export interface NativeOptions {
  readonly threads: number;
  readonly config: Readonly<Record<string, string>>;
  readonly profile?: string;
  /** See `usesMemoryPattern`. */
  readonly memoryPattern: boolean;
  /** Sessions of one owner share the packed form of equal constants. */
  readonly owner: object;
}

/** One tensor that crosses: the array stays where it is. */
export interface Crossing {
  readonly name: string;
  readonly code: number;
  readonly shape: readonly number[];
  readonly data: TensorArray;
}

export class NativeSession {
  #api: Api;
  #session: bigint;
  #owner: object;
  /** What the runtime reads in place as long as the session lives: constants, and the values that stand for them. */
  #held: { readonly constants: readonly Value[]; readonly values: bigint[] };
  /** C strings kept alive for the life of the session. */
  #names = new Map<string, { bytes: Buffer; address: bigint }>();

  constructor(api: Api, graph: Graph, options: NativeOptions) {
    this.#api = api;
    this.#owner = options.owner;
    this.#held = { constants: heldConstants(graph), values: [] };
    const { functions: f, env, packed } = api;
    const container = packed.take(options.owner);
    const out = new BigUint64Array(1);
    check(f, f.createSessionOptions(out));
    const settings = out[0];
    try {
      check(f, f.setIntraOpThreads(settings, options.threads));
      check(f, f.setInterOpThreads(settings, 1));
      check(f, f.setExecutionMode(settings, 0));
      check(f, f.setOptimizationLevel(settings, 99));
      check(f, f.setLogSeverity(settings, 3));
      if (!options.memoryPattern) check(f, f.disableMemoryPattern(settings));
      if (options.profile) check(f, f.enableProfiling(settings, options.profile));
      for (const [key, value] of Object.entries(options.config)) check(f, f.addConfigEntry(settings, key, value));
      this.#hold(settings);
      const model = encodeModel(graph, isHeld);
      check(f, f.createSession(env, model, model.length, settings, container, out));
    } catch (error) {
      this.#release();
      throw error;
    } finally {
      f.releaseSessionOptions(settings);
    }
    this.#session = out[0];
  }

  /** Tells the runtime where the large constants lie: once for its optimiser, and once as values that sessions may share when packed. */
  #hold(settings: bigint): void {
    const { functions: f } = this.#api;
    const { constants, values } = this.#held;
    for (const { name, dtype, shape, data } of constants) {
      if (!data) throw new Error(`constant ${name} has no data`);
      const value = this.#value({ name, code: DTYPE_CODES[dtype], shape: shape.map(Number), data }, values);
      check(f, f.addInitializer(settings, name, value));
    }
    const names = BigUint64Array.from(constants, ({ name }) => this.#name(name));
    if (names.length > 0)
      check(f, f.addExternalInitializers(settings, names, BigUint64Array.from(values), names.length));
  }

  #release(): void {
    for (const value of this.#held.values) this.#api.functions.releaseValue(value);
    this.#held = { constants: [], values: [] };
    this.#api.packed.giveBack(this.#owner);
  }

  /** Runs once; every output array is filled in place. Blocks the thread. */
  run(inputs: readonly Crossing[], outputs: readonly Crossing[]): void {
    const { functions: f } = this.#api;
    const values: bigint[] = [];
    try {
      const fed = BigUint64Array.from(inputs, (tensor) => this.#value(tensor, values));
      const filled = BigUint64Array.from(outputs, (tensor) => this.#value(tensor, values));
      const inputNames = BigUint64Array.from(inputs, ({ name }) => this.#name(name));
      const outputNames = BigUint64Array.from(outputs, ({ name }) => this.#name(name));
      check(f, f.run(this.#session, 0n, inputNames, fed, fed.length, outputNames, filled.length, filled));
    } finally {
      for (const value of values) f.releaseValue(value);
    }
  }

  #value({ code, shape, data }: Crossing, made: bigint[]): bigint {
    const { functions: f, memory } = this.#api;
    const out = new BigUint64Array(1);
    const dims = BigInt64Array.from(shape, BigInt);
    check(f, f.createTensorWithData(memory, data, data.byteLength, dims, dims.length, code, out));
    made.push(out[0]);
    return out[0];
  }

  #name(name: string): bigint {
    const found = this.#names.get(name);
    if (found) return found.address;
    const koffi = require('koffi') as typeof import('koffi');
    const bytes = Buffer.from(`${name}\0`);
    const address = koffi.address(bytes);
    this.#names.set(name, { bytes, address });
    return address;
  }

  close(): void {
    this.#api.functions.releaseSession(this.#session);
    this.#release();
  }
}
