/** LoRA adapters (Hu et al., 2106.09685): y = x Wᵀ + s · (x Aᵀ) Bᵀ on frozen W; made fresh, read from PEFT's tensors, and merged into the weights. */
import { createRandom } from '../../base/random.ts';
import { elementCount, formatShape } from '../graph/value.ts';
import type { ParameterSpec } from '../models/architecture.ts';
import type { LanguageModel, WeightSource } from '../models/language-model.ts';
import { type LoraConfig, scaleOf, UnsupportedAdapter } from './lora-config.ts';
import { type LinearModule, numbersFor, savedParameters, targetModules } from './target-modules.ts';
import { untiedFor } from './untied-head.ts';

/** The pair beside one matrix: A [rank, in] and B [out, rank]. */
export interface LoraPair {
  readonly module: LinearModule;
  /** Names of the pair's tensors, PEFT's. */
  readonly a: string;
  readonly b: string;
  readonly rank: number;
  /** What the product is multiplied by. */
  readonly scale: number;
}

export interface Adapter {
  readonly config: LoraConfig;
  /** By the name of the weight they sit on. */
  readonly pairs: ReadonlyMap<string, LoraPair>;
  /** Tensors that stand in for a weight of the base model, by that weight's name. */
  readonly saved: ReadonlyMap<string, string>;
  /** What is trained: A, B and the saved tensors. */
  readonly specs: readonly ParameterSpec[];
  readonly weights: ReadonlyMap<string, Float32Array>;
}

/** How PEFT calls a tensor of the wrapped model. */
const PREFIX = 'base_model.model.';

/** Where an adapter of this config sits on this model, without tensors. Throws UnsupportedAdapter. */
function layOut(model: LanguageModel, config: LoraConfig): Omit<Adapter, 'weights'> {
  const modules = targetModules(model, config);
  const names = modules.map(({ name }) => name);
  const rankOf = numbersFor(names, config.rankPattern, config.rank);
  const alphaOf = numbersFor(names, config.alphaPattern, config.alpha);
  const pairs = modules.map((module): LoraPair => {
    const rank = rankOf(module.name);
    const tensor = (part: string) => `${PREFIX}${module.name}.lora_${part}.weight`;
    return { module, a: tensor('A'), b: tensor('B'), rank, scale: scaleOf(alphaOf(module.name), rank, config) };
  });
  const whole = savedParameters(model, config);
  const saved = new Map(whole.map(({ spec, name }) => [spec.name, PREFIX + name]));
  return {
    config,
    pairs: new Map(pairs.map((pair) => [pair.module.weight, pair])),
    saved,
    specs: [...pairs.flatMap(specsOf), ...whole.map(({ spec, name }) => ({ ...spec, name: PREFIX + name }))],
  };
}

/** A: uniform(±1/√in), which is PyTorch's kaiming_uniform_(a = √5); B: 0, so that a fresh adapter changes nothing. */
const specsOf = ({ module, a, b, rank }: LoraPair): ParameterSpec[] => [
  { name: a, shape: [rank, module.into], decay: true, init: { std: 1 / Math.sqrt(3 * module.into) } },
  { name: b, shape: [module.out, rank], decay: true, init: { value: 0 } },
];

/** The model with a fresh adapter, which changes nothing yet; the same seed gives the same bits. Throws UnsupportedAdapter. */
export function withFreshAdapter(found: LanguageModel, config: LoraConfig, seed: number): LanguageModel {
  const model = untiedFor(found, config);
  const layout = layOut(model, config);
  const weights = new Map<string, Float32Array>();
  for (const [name, tensor] of layout.saved) weights.set(tensor, weightOf(model, name).slice());
  const root = createRandom(seed).fork('adapter');
  for (const { module, a, b, rank } of layout.pairs.values()) {
    const random = root.fork(a);
    const bound = 1 / Math.sqrt(module.into);
    weights.set(
      a,
      Float32Array.from({ length: rank * module.into }, () => bound * (2 * random.uniform() - 1)),
    );
    weights.set(b, new Float32Array(module.out * rank));
  }
  return { ...model, adapter: { ...layout, weights } };
}

/** The model with a saved adapter. Throws UnsupportedAdapter naming each tensor that is missing, unexpected or of another shape. */
export function withSavedAdapter(found: LanguageModel, config: LoraConfig, source: WeightSource): LanguageModel {
  const model = untiedFor(found, config, source.names());
  const layout = layOut(model, config);
  const names = new Set(source.names());
  const weights = new Map<string, Float32Array>();
  const base = new Map(model.weights);
  for (const { name, shape } of layout.specs) {
    if (!names.delete(name))
      throw new UnsupportedAdapter(`the adapter has no tensor "${name}", which its config asks for on this base model`);
    weights.set(name, read(source, name, shape));
  }
  for (const name of names) {
    const spec = tokenMatrix(model, name);
    if (!spec) throw new UnsupportedAdapter(unexpected(name));
    base.set(spec.name, read(source, name, spec.shape));
  }
  return { ...model, weights: base, adapter: { ...layout, weights } };
}

function read(source: WeightSource, name: string, shape: readonly number[]): Float32Array {
  const found = source.shape(name);
  if (found.length === shape.length && found.every((size, i) => size === shape[i])) return source.float32(name);
  throw new UnsupportedAdapter(
    `the adapter's tensor "${name}" has shape ${formatShape(found)}, its config and base model ask for ${formatShape(shape)}`,
  );
}

/** PEFT writes embedding and head beside an adapter that sits on one of them, or when it is told to: they take the base's place. */
function tokenMatrix({ architecture, specs }: LanguageModel, tensor: string): ParameterSpec | undefined {
  const name = tensor.startsWith(PREFIX) ? tensor.slice(PREFIX.length).replace('.base_layer.', '.') : '';
  const { embeddingName, headName, aliases } = architecture;
  const own = aliases?.[name] ?? name;
  return [embeddingName, headName].some((module) => own === `${module}.weight`)
    ? specs.find((spec) => spec.name === own)
    : undefined;
}

function unexpected(name: string): string {
  if (name.includes('lora_magnitude_vector'))
    return `the adapter's tensor "${name}" belongs to DoRA, which is not supported`;
  if (name.includes('lora_embedding_'))
    return `the adapter's tensor "${name}" sits on an embedding, which is not supported`;
  return `the adapter holds the tensor "${name}", which its config does not ask for on this base model`;
}

function weightOf({ weights, architecture }: LanguageModel, name: string): Float32Array {
  const found = weights.get(name);
  if (!found) throw new Error(`${architecture.title} has no parameter "${name}"`);
  return found;
}

/** The model as it is with the adapter switched off; the same arrays. */
export const withoutAdapter = ({ adapter: _off, ...model }: LanguageModel): LanguageModel => model;

/** A plain model with the adapter's part added to its weights: W + s · B A. What no adapter sits on is the same array. */
export function mergeAdapter(model: LanguageModel): LanguageModel {
  const { adapter } = model;
  if (!adapter) return model;
  const tensor = (name: string): Float32Array => adapter.weights.get(name) ?? new Float32Array();
  const weights = new Map(model.weights);
  for (const [name, pair] of adapter.pairs)
    weights.set(name, mergedMatrix(weightOf(model, name), pair, tensor(pair.a), tensor(pair.b)));
  for (const [name, saved] of adapter.saved) weights.set(name, tensor(saved));
  return { ...withoutAdapter(model), weights };
}

/** W + s · B A in float64, rounded once; W is [out, in], or [in, out] when transposed. */
function mergedMatrix(
  weight: Float32Array,
  { module, rank, scale }: LoraPair,
  a: Float32Array,
  b: Float32Array,
): Float32Array {
  const { into, out, transposed } = module;
  const merged = weight.slice();
  const row = new Float64Array(into);
  for (let o = 0; o < out; o++) {
    row.fill(0);
    for (let k = 0; k < rank; k++) {
      const factor = scale * b[o * rank + k];
      for (let i = 0; i < into; i++) row[i] += factor * a[k * into + i];
    }
    for (let i = 0; i < into; i++) merged[transposed ? i * out + o : o * into + i] += row[i];
  }
  return merged;
}

/** Numbers an adapter trains. */
export const adapterSize = ({ specs }: Adapter): number =>
  specs.reduce((sum, { shape }) => sum + elementCount(shape), 0);
