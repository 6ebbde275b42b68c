/** Which modules of a model an adapter sits on: PEFT's rules of matching, on the matrices that a family's forward pass really multiplies with. */
import { GraphBuilder } from '../graph/builder.ts';
import type { Value } from '../graph/value.ts';
import type { ParameterSpec } from '../models/architecture.ts';
import type { LanguageModel } from '../models/language-model.ts';
import { SCORE_WEIGHT, scoreRows } from '../models/score-head.ts';
import { type LoraConfig, UnsupportedAdapter } from './lora-config.ts';
import { namesMatching } from './name-patterns.ts';

/** A matrix that meets activations. */
export interface LinearModule {
  /** The module's path, its weight's name without ".weight". */
  readonly name: string;
  readonly weight: string;
  readonly into: number;
  readonly out: number;
  /** Stored as [in, out] (gpt2's Conv1D, PEFT's fan_in_fan_out) instead of [out, in]. */
  readonly transposed: boolean;
}

/** PEFT's word for every linear module but the head. */
export const ALL_LINEAR = 'all-linear';

/** PEFT's targets where none are named, by `model_type` (TRANSFORMERS_MODELS_TO_LORA_TARGET_MODULES_MAPPING). */
const DEFAULT_TARGETS: Readonly<Record<string, readonly string[]>> = {
  llama: ['q_proj', 'v_proj'],
  mistral: ['q_proj', 'v_proj'],
  qwen2: ['q_proj', 'v_proj'],
  qwen3: ['q_proj', 'v_proj'],
  gemma: ['q_proj', 'v_proj'],
  gemma2: ['q_proj', 'v_proj'],
  gemma3_text: ['q_proj', 'v_proj'],
  gpt2: ['c_attn'],
  gpt_neox: ['query_key_value'],
};

/** Targets a config may leave out. Throws UnsupportedAdapter for a family PEFT knows none for. */
export function defaultTargets({ config }: LanguageModel): readonly string[] {
  const type = String(config.raw.model_type);
  const found = DEFAULT_TARGETS[type];
  if (found) return found;
  throw new UnsupportedAdapter(`PEFT has no default target modules for ${type}; name them, or use "${ALL_LINEAR}"`);
}

const moduleOf = (weight: string): string => weight.replace(/\.weight$/, '');

/** Found by walking the graph of one forward pass, so that a new family needs no list of its own. */
export function linearModules(model: LanguageModel): readonly LinearModule[] {
  const { architecture, config, specs } = model;
  const g = new GraphBuilder('modules');
  const named = new Map(specs.map((spec): [string, Value] => [spec.name, g.input(spec.name, 'float32', spec.shape)]));
  const weights = (name: string): Value => {
    const value = named.get(name);
    if (!value) throw new Error(`${architecture.title} has no parameter "${name}"`);
    return value;
  };
  const { hidden } = architecture.decode(g, config, weights, {
    ids: g.input('ids', 'int32', ['B', 'T']),
    positions: g.input('positions', 'int64', ['B', 'T']),
    mask: g.input('mask', 'float32', ['T', 'T']),
    maxPositions: 1,
  });
  if (model.head === 'score') scoreRows(g, config, weights, hidden);
  else architecture.head(g, config, weights, hidden);
  const looked = new Set(g.tape.flatMap(({ name, inputs }) => (name === 'Gather' && inputs[0] ? [inputs[0].id] : [])));
  return specs.flatMap((spec): LinearModule[] => {
    const { id } = weights(spec.name);
    const product = g.tape.find(({ name, inputs }) => name === 'Gemm' && inputs[1]?.id === id);
    return product && !looked.has(id) ? [describe(spec, product.attributes.transB !== 1)] : [];
  });
}

function describe({ name, shape }: ParameterSpec, transposed: boolean): LinearModule {
  const [out, into] = transposed ? [shape[1], shape[0]] : shape;
  return { name: moduleOf(name), weight: name, into, out, transposed };
}

/** The linear modules that a config names, in the order of the forward pass. Throws UnsupportedAdapter where it names something else, or nothing. */
export function targetModules(model: LanguageModel, config: LoraConfig): readonly LinearModule[] {
  const linear = linearModules(model);
  const head = [`${model.architecture.headName}.weight`, SCORE_WEIGHT];
  if (config.targets === ALL_LINEAR) {
    const body = linear.filter(({ weight }) => !head.includes(weight)).map(({ name }) => name);
    const wanted = withoutExcluded(body, config);
    return linear.filter(({ name }) => wanted.has(name));
  }
  const own = [...new Set(model.specs.map(({ name }) => name.replace(/\.(weight|bias)$/, '')))];
  const others = otherNames(model);
  const wanted = withoutExcluded([...named([...own, ...others.keys()], config)], config);
  const unlike = [...wanted].find((name) => !linear.some((module) => module.name === (others.get(name) ?? name)));
  if (unlike !== undefined)
    throw new UnsupportedAdapter(
      `target module ${unlike} is no linear layer; adapters on embeddings and norms are not supported`,
    );
  const found = linear.flatMap((module): LinearModule[] => {
    if (wanted.has(module.name)) return [module];
    const other = [...others].find(([name, engineName]) => engineName === module.name && wanted.has(name));
    return other ? [{ ...module, name: other[0] }] : [];
  });
  if (found.length > 0) return found;
  const ends = [...new Set(linear.map(({ name }) => name.split('.').at(-1)))];
  throw new UnsupportedAdapter(
    `target modules ${JSON.stringify(config.targets)} match no module of this ${model.architecture.title} model; it has ${ends.join(', ')}`,
  );
}

/** Names that other versions of transformers have for modules (gpt_neox's head), with the engine's. */
const otherNames = ({ architecture, specs }: LanguageModel): ReadonlyMap<string, string> =>
  new Map(
    Object.entries(architecture.aliases ?? {})
      .filter(([, own]) => specs.some(({ name }) => name === own))
      .map(([other, own]) => [moduleOf(other), moduleOf(own)]),
  );

function named(all: readonly string[], config: LoraConfig): Iterable<string> {
  const { targets } = config;
  if (targets === ALL_LINEAR) return [];
  if (typeof targets === 'string') return namesMatching(targets, all);
  return all.filter((name) => targets.includes(name) || (endsWithAny(name, targets) && inLayers(name, config)));
}

/** Whether the config's targets name this module. */
export const isTarget = (name: string, config: LoraConfig): boolean =>
  withoutExcluded([...named([name], config)], config).size > 0;

/** Whether the module is trained whole. */
export const isSaved = (name: string, { modulesToSave }: LoraConfig): boolean =>
  modulesToSave.some((module) => name.endsWith(module));

const endsWithAny = (name: string, ends: readonly string[]): boolean => ends.some((end) => name.endsWith(`.${end}`));

/** The layer's number is the first one behind a list's name. */
const LAYER_NUMBER = /^.*?\.[^.]*\.(\d+)\./;

/** `layers_to_transform`. */
function inLayers(name: string, { layers, layersPattern }: LoraConfig): boolean {
  if (!layers) return true;
  if (layersPattern.length === 0) return layers.includes(Number(LAYER_NUMBER.exec(name)?.[1] ?? -1));
  return layersPattern.some((list) =>
    layers.some((layer) => namesMatching(`(?:.*?\\.)?(?:${list})\\.${layer}\\..*`, [name]).size > 0),
  );
}

function withoutExcluded(names: readonly string[], { excluded, modulesToSave }: LoraConfig): ReadonlySet<string> {
  const out =
    typeof excluded === 'string'
      ? namesMatching(excluded, names)
      : new Set(names.filter((name) => excluded.includes(name) || endsWithAny(name, excluded)));
  const saved = names.filter((name) => modulesToSave.some((module) => isWithin(name, module)));
  return new Set(names.filter((name) => !out.has(name) && !saved.includes(name)));
}

/** Whether `name` is a module called `module`, or lies in one. */
const isWithin = (name: string, module: string): boolean => `.${name}.`.includes(`.${module}.`);

/**
 * Parameters of the modules that are trained whole, each with the name that the config calls it by; names that fit no module are left out, as PEFT does
 * ("classifier" beside "score").
 */
export function savedParameters(
  model: LanguageModel,
  config: LoraConfig,
): readonly { readonly spec: ParameterSpec; readonly name: string }[] {
  const others = [...otherNames(model)];
  return model.specs.flatMap((spec) => {
    const module = spec.name.replace(/\.(weight|bias)$/, '');
    if (isSaved(module, config)) return [{ spec, name: spec.name }];
    const other = others.find(([name, own]) => own === module && isSaved(name, config));
    return other ? [{ spec, name: spec.name.replace(module, other[0]) }] : [];
  });
}

/** For each name the number of the first pattern that its end matches (PEFT's get_pattern_key), else `otherwise`. */
export function numbersFor(
  names: readonly string[],
  patterns: Readonly<Record<string, number>>,
  otherwise: number,
): (name: string) => number {
  const matched = Object.entries(patterns).map(
    ([pattern, value]) => [namesMatching(`(?:.*\\.)?(?:${pattern})`, names), value] as const,
  );
  return (name) => matched.find(([found]) => found.has(name))?.[1] ?? otherwise;
}
