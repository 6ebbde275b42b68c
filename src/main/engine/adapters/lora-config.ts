/** Settings of a LoRA adapter (Hu et al., 2106.09685) as PEFT's adapter_config.json holds them; what would be computed otherwise is refused by name. */

export interface LoraConfig {
  readonly rank: number;
  readonly alpha: number;
  /** Only read while training. */
  readonly dropout: number;
  /** Scale α/√r instead of α/r (rsLoRA, 2312.03732). */
  readonly rankStabilised: boolean;
  /** Names (or ends of names) of modules, or a regular expression that a whole name must match. */
  readonly targets: string | readonly string[];
  readonly excluded: string | readonly string[];
  /** Layers that listed targets are limited to; null = all. */
  readonly layers: readonly number[] | null;
  /** Name of the list of layers, where it is not the first list in a module's name. */
  readonly layersPattern: readonly string[];
  /** Other ranks and alphas, by regular expression of the end of a module's name; the first that matches counts. */
  readonly rankPattern: Readonly<Record<string, number>>;
  readonly alphaPattern: Readonly<Record<string, number>>;
  /** Modules that are trained whole and saved with the adapter. */
  readonly modulesToSave: readonly string[];
  /** `ensure_weight_tying`: what is done to one of embedding and head is done to both, where they are one matrix. */
  readonly keepsTied?: boolean;
  /** SEQ_CLS: the base model with a score head in place of its language head. */
  readonly task: 'CAUSAL_LM' | 'SEQ_CLS';
}

/** An adapter that this engine cannot compute, or that does not fit its base model: exit code 3. */
export class UnsupportedAdapter extends Error {
  readonly code = 'unsupported_adapter';
  readonly exitCode = 3;
  constructor(message: string) {
    super(message);
    this.name = 'UnsupportedAdapter';
  }
}

/** Larger ranks than any matrix is wide: keeps a hostile config from asking for absurd allocations. */
const MAX_RANK = 65_536;

/** Settings that leave the numbers of a saved adapter as they are. */
const WITHOUT_EFFECT = new Set([
  'auto_mapping',
  'base_model_name_or_path',
  'corda_config',
  'eva_config',
  // the base model says how its matrices lie
  'fan_in_fan_out',
  'inference_mode',
  'loftq_config',
  'lora_ga_config',
  'megatron_core',
  'peft_version',
  'qalora_group_size',
  'revision',
  'runtime_config',
]);

/** Ways to begin that leave the base model as it is; the others (pissa, olora, corda, loftq, lora_ga, mica) change its weights. */
const PLAIN_BEGINNINGS: readonly unknown[] = [undefined, null, true, false, 'gaussian', 'eva', 'orthogonal'];

const NAMES: Readonly<Record<string, string>> = {
  use_dora: 'DoRA',
  use_qalora: 'QA-LoRA',
  use_bdlora: 'BD-LoRA',
  alora_invocation_tokens: 'activated LoRA',
  arrow_config: 'Arrow routing',
  kasa_config: 'KaSA',
  monteclora_config: 'MonteCLoRA',
  velora_config: 'VeLoRA',
  layer_replication: 'layer replication',
  lora_bias: 'a bias on B',
  target_parameters: 'adapters on bare parameters',
  trainable_token_indices: 'trainable tokens',
  megatron_config: 'Megatron layers',
};

/** Python's None, False, and empty lists and dicts. */
const isUnset = (value: unknown): boolean =>
  value === undefined ||
  value === null ||
  value === false ||
  (typeof value === 'object' && Object.keys(value).length === 0);

const fail = (key: string, expected: string, found: unknown): never => {
  throw new UnsupportedAdapter(`adapter_config.json: "${key}" must be ${expected}, found ${JSON.stringify(found)}`);
};

/** Reads a PEFT config. Throws UnsupportedAdapter that names the method or setting that is not computed here. */
export function readLoraConfig(raw: Readonly<Record<string, unknown>>): LoraConfig {
  if (raw.peft_type !== 'LORA')
    throw new UnsupportedAdapter(
      `adapter_config.json: peft_type ${JSON.stringify(raw.peft_type)}; only LORA is supported`,
    );
  const number = (key: string, otherwise: number, fits: (n: number) => boolean, expected: string): number => {
    const value = raw[key] ?? otherwise;
    return typeof value === 'number' && fits(value) ? value : fail(key, expected, value);
  };
  const config: LoraConfig = {
    rank: number('r', 8, isRank, `a whole number from 1 to ${MAX_RANK}`),
    alpha: number('lora_alpha', 8, Number.isFinite, 'a number'),
    dropout: number('lora_dropout', 0, (p) => p >= 0 && p < 1, 'a share below 1'),
    rankStabilised: raw.use_rslora === true,
    targets: namesOrPattern(raw, 'target_modules'),
    excluded: namesOrPattern(raw, 'exclude_modules'),
    layers: layersOf(raw.layers_to_transform),
    layersPattern: [namesOrPattern(raw, 'layers_pattern')].flat().filter((name) => name !== ''),
    rankPattern: numbersByPattern(raw, 'rank_pattern', isRank),
    alphaPattern: numbersByPattern(raw, 'alpha_pattern', Number.isFinite),
    modulesToSave: [namesOrPattern(raw, 'modules_to_save')].flat(),
    ...(raw.ensure_weight_tying === true ? { keepsTied: true } : {}),
    task: taskOf(raw.task_type),
  };
  refuseOthers(raw);
  return config;
}

const isRank = (n: number): boolean => Number.isInteger(n) && n >= 1 && n <= MAX_RANK;

const READ = new Set([
  'peft_type',
  'task_type',
  'r',
  'lora_alpha',
  'lora_dropout',
  'use_rslora',
  'target_modules',
  'exclude_modules',
  'layers_to_transform',
  'layers_pattern',
  'rank_pattern',
  'alpha_pattern',
  'modules_to_save',
  'ensure_weight_tying',
  'init_lora_weights',
  'bias',
]);

/** Any setting that is not known to be harmless is refused: better than numbers that are silently others. */
function refuseOthers(raw: Readonly<Record<string, unknown>>): void {
  if (raw.bias !== undefined && raw.bias !== null && raw.bias !== 'none')
    throw new UnsupportedAdapter(
      `adapter_config.json: bias ${JSON.stringify(raw.bias)} (trained biases) is not supported; only "none" is`,
    );
  if (!PLAIN_BEGINNINGS.includes(raw.init_lora_weights))
    throw new UnsupportedAdapter(
      `adapter_config.json: init_lora_weights ${JSON.stringify(raw.init_lora_weights)} changes the base model's weights and is not supported; convert it to a plain LoRA with PEFT first`,
    );
  for (const [key, value] of Object.entries(raw)) {
    if (READ.has(key) || WITHOUT_EFFECT.has(key) || isUnset(value)) continue;
    throw new UnsupportedAdapter(
      `adapter_config.json: ${NAMES[key] ?? 'a setting unknown here'} ("${key}") is not supported`,
    );
  }
}

function taskOf(value: unknown): LoraConfig['task'] {
  if (value === undefined || value === null || value === 'CAUSAL_LM') return 'CAUSAL_LM';
  return value === 'SEQ_CLS' ? value : fail('task_type', '"CAUSAL_LM" or "SEQ_CLS"', value);
}

/** A list of names, or a pattern; unset = no names. */
function namesOrPattern(raw: Readonly<Record<string, unknown>>, key: string): string | readonly string[] {
  const value = raw[key];
  if (isUnset(value)) return [];
  if (typeof value === 'string') return value;
  if (Array.isArray(value) && value.every((name) => typeof name === 'string')) return value;
  return fail(key, 'a list of names or a pattern', value);
}

function layersOf(value: unknown): readonly number[] | null {
  if (isUnset(value)) return null;
  const list: unknown[] = [value].flat();
  return list.every((n): n is number => typeof n === 'number' && Number.isInteger(n))
    ? list
    : fail('layers_to_transform', 'layer numbers', value);
}

function numbersByPattern(
  raw: Readonly<Record<string, unknown>>,
  key: string,
  fits: (n: number) => boolean,
): Readonly<Record<string, number>> {
  const value = raw[key];
  if (isUnset(value)) return {};
  if (typeof value !== 'object' || Array.isArray(value)) return fail(key, 'an object of pattern → number', value);
  for (const n of Object.values(value as object))
    if (typeof n !== 'number' || !fits(n)) fail(key, 'an object of pattern → number', value);
  return value as Record<string, number>;
}

/** adapter_config.json as PEFT reads it. */
export function writeLoraConfig(config: LoraConfig, base: string, transposed: boolean): Record<string, unknown> {
  const list = (names: string | readonly string[]) => (names.length === 0 ? null : names);
  return {
    peft_type: 'LORA',
    task_type: config.task,
    base_model_name_or_path: base,
    inference_mode: true,
    r: config.rank,
    lora_alpha: config.alpha,
    lora_dropout: config.dropout,
    use_rslora: config.rankStabilised,
    target_modules: config.targets,
    exclude_modules: list(config.excluded),
    layers_to_transform: config.layers,
    layers_pattern: list(config.layersPattern),
    rank_pattern: config.rankPattern,
    alpha_pattern: config.alphaPattern,
    modules_to_save: list(config.modulesToSave),
    ...(config.keepsTied ? { ensure_weight_tying: true } : {}),
    fan_in_fan_out: transposed,
    bias: 'none',
    use_dora: false,
    init_lora_weights: true,
  };
}

/** α/r, or α/√r. */
export const scaleOf = (alpha: number, rank: number, { rankStabilised }: LoraConfig): number =>
  alpha / (rankStabilised ? Math.sqrt(rank) : rank);
