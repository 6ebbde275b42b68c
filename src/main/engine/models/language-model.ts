/** A model in memory: its family, its config and its float32 weights by Hugging Face name. */
import { createRandom } from '../../base/random.ts';
import type { DroppedProduct } from '../adapters/dropout.ts';
import type { Adapter, LoraPair } from '../adapters/lora.ts';
import type { GraphBuilder } from '../graph/builder.ts';
import { elementCount, formatShape, type Tensor } from '../graph/value.ts';
import { float32 } from '../runtime/session.ts';
import type { Architecture, ParameterSpec, Weights } from './architecture.ts';
import { type ModelConfig, UnsupportedModel } from './config.ts';
import { architectureOf } from './index.ts';
import { type QuantisedMatrix, quantisedConstants } from './quantised.ts';
import { classifierConfig, headOf, SCORE_WEIGHT, scoreParameters } from './score-head.ts';

export interface LanguageModel {
  readonly architecture: Architecture;
  /** language: predicts tokens (`architecture.head`) · score: one number a position (`scoreRows`), for reward models and critics. */
  readonly head: 'language' | 'score';
  readonly config: ModelConfig;
  readonly specs: readonly ParameterSpec[];
  /** Training writes into these arrays, unless there is an adapter: then they are frozen. */
  readonly weights: ReadonlyMap<string, Float32Array>;
  /** Matrices that are multiplied with as codes, by their weight's name; most have no array in `weights`. Such a model is not trained. */
  readonly quantised?: ReadonlyMap<string, QuantisedMatrix>;
  /** Low-rank matrices beside the weights: what is trained when there is one. */
  readonly adapter?: Adapter;
}

/** Parameters that an optimiser moves. */
export type Trainable = Pick<LanguageModel, 'specs' | 'weights'>;

/** What training moves: the adapter where there is one, else all weights. */
export const trainable = (model: LanguageModel): Trainable => model.adapter ?? model;

/** Where weights come from: a checkpoint's tensors. */
export interface WeightSource {
  names(): string[];
  shape(name: string): readonly number[];
  float32(name: string): Float32Array;
}

/** Tensors that checkpoints carry although they are computed from the config, or that only training state uses. */
const IGNORED = /rotary_emb\.inv_freq$/;

const sameNumbers = (a: Float32Array, b: Float32Array): boolean =>
  a.length === b.length && a.every((x, i) => x === b[i]);

/** Reads all weights, each through `take` as it comes; throws UnsupportedModel naming each tensor that is missing, unexpected or of another shape. */
export function loadLanguageModel(
  found: Readonly<Record<string, unknown>>,
  source: WeightSource,
  take: (name: string, data: Float32Array) => Float32Array = (_, data) => data,
): LanguageModel {
  const { raw, tensors } = namedTensors(found, source);
  const architecture = architectureOf(raw);
  const config = architecture.readConfig(raw);
  const head = headOf(raw);
  const specs = head === 'score' ? scoreParameters(architecture, config) : architecture.parameters(config);
  const others = new Set(tensors.names());
  const weights = new Map<string, Float32Array>();
  for (const { name, shape } of specs) {
    const held = tensors.shape(name);
    if (held.length !== shape.length || held.some((d, i) => d !== shape[i]))
      throw new UnsupportedModel(
        `tensor "${name}" has shape ${formatShape(held)}, config.json asks for ${formatShape(shape)}`,
      );
    weights.set(name, take(name, tensors.float32(name)));
    others.delete(name);
  }
  for (const name of others) {
    // anything else would be silently left out of the computation
    const isSpare = config.tiedHead && name === `${architecture.headName}.weight`;
    if (IGNORED.test(name) || architecture.ignored?.test(name) || isSpare) continue;
    throw new UnsupportedModel(
      `the checkpoint holds the tensor "${name}", which a ${architecture.title} model does not have`,
    );
  }
  return { architecture, head, config, specs, weights };
}

/**
 * A checkpoint's tensors by this engine's names, and its config.json: a tied head may be stored twice, and when both differ the file is right and
 * config.json wrong, as in transformers; a score head says what the model is where `architectures` does not. Asking for a tensor that is not there throws UnsupportedModel.
 */
export function namedTensors(
  raw: Readonly<Record<string, unknown>>,
  source: WeightSource,
): { raw: Readonly<Record<string, unknown>>; tensors: WeightSource } {
  const architecture = architectureOf(raw);
  const { tiedHead } = architecture.readConfig(raw);
  const places = placesOf(architecture, tiedHead, source.names());
  const place = (name: string): string => {
    const found = places.get(name);
    if (found !== undefined) return found;
    throw new UnsupportedModel(`the checkpoint has no tensor "${name}", which config.json asks for`);
  };
  const [head, embedding] = [architecture.headName, architecture.embeddingName].map((name) => `${name}.weight`);
  const twice = tiedHead && places.has(head) && place(head) !== place(embedding);
  const untied = twice && !sameNumbers(source.float32(place(head)), source.float32(place(embedding)));
  const isUnnamedScore = headOf(raw) === 'language' && headOf(raw, () => [...places.keys()]) === 'score';
  return {
    raw: {
      ...raw,
      ...(untied ? { tie_word_embeddings: false } : {}),
      ...(isUnnamedScore ? { ...classifierConfig(architecture), ...labelsOf(raw) } : {}),
    },
    tensors: {
      names: () => [...places.keys()],
      shape: (name) => source.shape(place(name)),
      float32: (name) => source.float32(place(name)),
    },
  };
}

/** Names of labels that a config.json brings itself. */
const labelsOf = ({ id2label, label2id }: Readonly<Record<string, unknown>>) =>
  id2label && label2id ? { id2label, label2id } : {};

/**
 * The engine's name of each tensor → its name in the checkpoint: a bare model's tensors lack the prefix, a wrapped one's (torch.compile, DataParallel, the
 * text part of a larger model) have one more, some heads have had two names, and a tied matrix may be stored under the head's alone.
 */
function placesOf(architecture: Architecture, tiedHead: boolean, names: readonly string[]): Map<string, string> {
  const { basePrefix, headName, embeddingName, aliases } = architecture;
  const before = (end: string): string | undefined =>
    names.find((name) => name === end || name.endsWith(`.${end}`))?.slice(0, -end.length);
  const head = `${headName}.weight`;
  const bodyPrefix = before(`${embeddingName.slice(basePrefix.length)}.weight`);
  const found = bodyPrefix ?? (before(head) ?? '') + basePrefix;
  const wrapper = found.endsWith(`.${basePrefix}`) ? found.slice(0, -basePrefix.length) : '';
  const places = new Map(
    names.map((name) => {
      const bare = name.startsWith(wrapper) ? name.slice(wrapper.length) : name;
      const known = aliases?.[bare] ?? bare;
      if (known === head || known === SCORE_WEIGHT) return [known, name];
      return [name.startsWith(found) ? basePrefix + name.slice(found.length) : known, name];
    }),
  );
  const headPlace = places.get(head);
  if (tiedHead && bodyPrefix === undefined && headPlace !== undefined) places.set(`${embeddingName}.weight`, headPlace);
  return places;
}

/**
 * A model from scratch: normal(0, initializer_range) matrices, norms at 1; the same seed gives the same bits. `std` has the standard deviations of
 * matrices that start otherwise, by name.
 */
export function initLanguageModel(
  raw: Readonly<Record<string, unknown>>,
  seed: number,
  std: Readonly<Record<string, number>> = {},
): LanguageModel {
  const architecture = architectureOf(raw);
  const config = architecture.readConfig(raw);
  const head = headOf(raw);
  const specs = head === 'score' ? scoreParameters(architecture, config) : architecture.parameters(config);
  const root = createRandom(seed);
  const weights = new Map(
    specs.map(({ name, shape, init }) => {
      const data = new Float32Array(elementCount(shape));
      if ('value' in init) return [name, data.fill(init.value)] as const;
      const random = root.fork(name);
      const scale = std[name] ?? init.std;
      for (let i = 0; i < data.length; i++) data[i] = scale * random.normal();
      return [name, data] as const;
    }),
  );
  return { architecture, head, config, specs, weights };
}

/** A copy that training does not touch: the reference. Frozen weights are shared, not copied. */
export function cloneLanguageModel(model: LanguageModel): LanguageModel {
  const copies = <T extends Trainable>(part: T): T => ({
    ...part,
    weights: new Map([...part.weights].map(([name, data]) => [name, data.slice()])),
  });
  return model.adapter ? { ...model, adapter: copies(model.adapter) } : copies(model);
}

export const parameterCount = (model: LanguageModel): number =>
  [...model.weights.values()].reduce((sum, data) => sum + data.length, 0);

/** The parameter of that name, the adapter's included; throws when there is none. */
export function spec({ specs, adapter, architecture }: LanguageModel, name: string): ParameterSpec {
  const found = specs.find((s) => s.name === name) ?? adapter?.specs.find((s) => s.name === name);
  if (!found) throw new Error(`${architecture.title} has no parameter "${name}"`);
  return found;
}

/**
 * Weights that may change between two runs of the graph, as inputs: all of them, or the adapter's alone; the frozen ones under an adapter are
 * constants. Also gives an adapter's tensors by their own names. `dropout` stands before an adapter's pairs.
 */
export function weightInputs(
  g: GraphBuilder,
  model: LanguageModel,
  dropout?: (pair: LoraPair) => DroppedProduct,
): Weights {
  const input: Weights = (name) => g.input(name, 'float32', spec(model, name).shape);
  return bind(model, model.adapter ? constantOf(g, model) : input, input, dropout);
}

/** Weights written into the graph: frozen ones, which the runtime packs once (fact: decoding is three times as fast). */
export function weightConstants(g: GraphBuilder, model: LanguageModel): Weights {
  const constant = constantOf(g, model);
  return bind(model, constant, constant);
}

const constantOf =
  (g: GraphBuilder, model: LanguageModel): Weights =>
  (name) => {
    const data = model.weights.get(name) ?? model.adapter?.weights.get(name);
    const matrix = model.quantised?.get(name);
    if (matrix) {
      const { shape } = spec(model, name);
      const looked = data
        ? g.constant(name, 'float32', shape as number[], data)
        : ({ id: -1, name, kind: 'constant', dtype: 'float32', shape } as const);
      return { ...looked, quantised: quantisedConstants(g, name, matrix) };
    }
    if (!data) throw new Error(`${model.architecture.title} has no parameter "${name}"`);
    return g.constant(name, 'float32', spec(model, name).shape as number[], data);
  };

/** Every value made once; a base weight comes with the pair that sits on it, or is replaced by the tensor saved for it. */
function bind(
  { adapter }: LanguageModel,
  base: Weights,
  own: Weights,
  dropout?: (pair: LoraPair) => DroppedProduct,
): Weights {
  if (!adapter) return lazily(base);
  const [frozen, trained] = [lazily(base), lazily(own)];
  const products = new Map<string, DroppedProduct>();
  const narrowed = (pair: LoraPair): DroppedProduct | undefined => {
    const found = products.get(pair.a) ?? dropout?.(pair);
    if (found) products.set(pair.a, found);
    return found;
  };
  return (name) => {
    if (adapter.weights.has(name)) return trained(name);
    const saved = adapter.saved.get(name);
    if (saved !== undefined) return trained(saved);
    const pair = adapter.pairs.get(name);
    if (!pair) return frozen(name);
    const product = { a: trained(pair.a), b: trained(pair.b), scale: pair.scale, narrowed: narrowed(pair) };
    return { ...frozen(name), adapter: product };
  };
}

function lazily(make: Weights): Weights {
  const made = new Map<string, ReturnType<Weights>>();
  return (name) => {
    const value = made.get(name) ?? make(name);
    made.set(name, value);
    return value;
  };
}

/** Feeds for `weightInputs`: the arrays themselves, no copy. */
export function weightFeeds(model: LanguageModel): Record<string, Tensor> {
  const { specs, weights } = trainable(model);
  return Object.fromEntries(
    specs.map(({ name, shape }) => [name, float32(shape, weights.get(name) ?? new Float32Array())]),
  );
}
