/** A decoder's shape, read from a Hugging Face config.json: every family fills the same record. */
import { activations } from './activations.ts';

export interface RopeConfig {
  readonly theta: number;
  /**
   * default: plain · linear: positions divided by `factor` · llama3: low frequencies divided by `factor` (Llama 3.1) · yarn: likewise, with a ramp
   * over the pairs (2309.00071).
   */
  readonly type: 'default' | 'linear' | 'llama3' | 'yarn';
  readonly factor: number;
  readonly lowFrequencyFactor: number;
  readonly highFrequencyFactor: number;
  /** yarn: turns within the original context from which a pair is kept, and below which it is stretched. */
  readonly betaFast: number;
  readonly betaSlow: number;
  /** yarn: the ramp begins and ends at whole pairs. */
  readonly truncate: boolean;
  /** cos and sin are multiplied by it. */
  readonly attentionFactor: number;
  readonly originalContext: number;
  /** Neighbouring elements form a pair (llama2.c) instead of element i with i + d/2. */
  readonly interleaved: boolean;
}

export interface ModelConfig {
  readonly family: string;
  readonly vocabulary: number;
  readonly hidden: number;
  readonly layers: number;
  readonly heads: number;
  readonly keyValueHeads: number;
  readonly headSize: number;
  readonly intermediate: number;
  readonly context: number;
  readonly normEpsilon: number;
  readonly tiedHead: boolean;
  readonly attentionBias: boolean;
  readonly mlpBias: boolean;
  /** An id of activations.ts. */
  readonly activation: string;
  readonly rope: RopeConfig;
  readonly bosId: number | null;
  readonly eosIds: readonly number[];
  /** Its embedding row takes no gradient, as transformers' padding_idx. */
  readonly padId: number | null;
  /** config.json as found, kept for saving. */
  readonly raw: Readonly<Record<string, unknown>>;
}

/** A config this engine cannot compute: refused by name, never computed wrongly. */
export class UnsupportedModel extends Error {
  readonly code = 'unsupported_model';
  constructor(message: string) {
    super(message);
    this.name = 'UnsupportedModel';
  }
}

/** Upper bounds that keep a hostile config.json from asking for absurd allocations. */
const LIMITS = {
  vocabulary: 1_000_000,
  hidden: 65_536,
  layers: 512,
  heads: 1024,
  intermediate: 1_000_000,
  context: 10_000_000,
};

/** Reads fields of an untrusted config with named errors. */
export class ConfigReader {
  readonly raw: Readonly<Record<string, unknown>>;
  constructor(raw: Readonly<Record<string, unknown>>) {
    this.raw = raw;
  }

  /** A positive integer; `limit` names an entry of the upper bounds. */
  size(key: string, limit: keyof typeof LIMITS, otherwise?: number): number {
    const value = this.raw[key] ?? otherwise;
    if (typeof value !== 'number' || !Number.isInteger(value) || value < 1 || value > LIMITS[limit])
      throw new UnsupportedModel(
        `config.json: "${key}" must be an integer from 1 to ${LIMITS[limit]}, found ${JSON.stringify(value)}`,
      );
    return value;
  }

  number(key: string, otherwise: number): number {
    const value = this.raw[key] ?? otherwise;
    if (typeof value !== 'number' || !Number.isFinite(value))
      throw new UnsupportedModel(`config.json: "${key}" must be a number, found ${JSON.stringify(value)}`);
    return value;
  }

  positive(key: string, otherwise?: number): number {
    const value = this.raw[key] ?? otherwise;
    if (typeof value !== 'number' || !Number.isFinite(value) || value <= 0)
      throw new UnsupportedModel(`config.json: "${key}" must be a number above 0, found ${JSON.stringify(value)}`);
    return value;
  }

  flag(key: string, otherwise: boolean): boolean {
    const value = this.raw[key] ?? otherwise;
    if (typeof value !== 'boolean')
      throw new UnsupportedModel(`config.json: "${key}" must be true or false, found ${JSON.stringify(value)}`);
    return value;
  }

  /** A token id, several, or none. */
  ids(key: string): number[] {
    const value = this.raw[key];
    const list = Array.isArray(value) ? value : value === undefined || value === null ? [] : [value];
    return list.map((id) => {
      if (typeof id !== 'number' || !Number.isInteger(id))
        throw new UnsupportedModel(`config.json: "${key}" must hold token ids, found ${JSON.stringify(value)}`);
      return id;
    });
  }
}

/** `hidden_act`, silu when absent (llama's default). */
export function readActivation({ raw }: ConfigReader): string {
  const name = raw.hidden_act ?? 'silu';
  if (typeof name === 'string' && activations.has(name)) return name;
  throw new UnsupportedModel(
    `config.json: hidden_act ${JSON.stringify(name)} is not supported; supported: ${activations.all.map((a) => a.id).join(', ')}`,
  );
}

/** `pad_token_id`; a negative one counts from the end of the embedding, as in PyTorch. */
export function readPadId(reader: ConfigReader, vocabulary: number): number | null {
  const id = reader.ids('pad_token_id').at(0);
  if (id === undefined) return null;
  if (id < -vocabulary || id >= vocabulary)
    throw new UnsupportedModel(`config.json: "pad_token_id" ${id} is outside the vocabulary of ${vocabulary} tokens`);
  return id < 0 ? id + vocabulary : id;
}

const ROPE_TYPES = ['default', 'linear', 'llama3', 'yarn'] as const;

/** RoPE as transformers 4 (rope_theta, rope_scaling) and 5 (rope_parameters) write it. */
export function readRope(reader: ConfigReader): RopeConfig {
  const { raw } = reader;
  const scaling = scalingOf(raw);
  const found = new ConfigReader(scaling);
  const name = String(scaling.rope_type ?? scaling.type ?? 'default');
  const type = ROPE_TYPES.find((known) => known === name);
  if (!type)
    throw new UnsupportedModel(
      `config.json: RoPE scaling "${name}" is not supported; supported: ${ROPE_TYPES.join(', ')}`,
    );
  // a scaling that lacks its own numbers would be computed wrongly, not by default
  const own = (key: string, types: readonly string[], otherwise?: number): number => {
    if (types.includes(type)) return found.positive(key, otherwise);
    return otherwise ?? 1;
  };
  const factor = own('factor', ['linear', 'llama3', 'yarn']);
  const contextAtHand = own(
    'original_max_position_embeddings',
    ['llama3', 'yarn'],
    reader.size('max_position_embeddings', 'context', 2048),
  );
  return {
    type,
    theta: found.positive('rope_theta', reader.positive('rope_theta', 10_000)),
    factor,
    lowFrequencyFactor: own('low_freq_factor', ['llama3']),
    highFrequencyFactor: own('high_freq_factor', ['llama3']),
    betaFast: own('beta_fast', ['yarn'], 32),
    betaSlow: own('beta_slow', ['yarn'], 1),
    truncate: found.flag('truncate', true),
    attentionFactor: type === 'yarn' ? yarnAttentionFactor(found, factor) : 1,
    originalContext: reader.positive('original_max_position_embeddings', contextAtHand),
    interleaved: reader.flag('rope_interleaved', false),
  };
}

/** `rope_scaling` wins over `rope_parameters`, as in transformers. */
function scalingOf(raw: Readonly<Record<string, unknown>>): Record<string, unknown> {
  for (const key of ['rope_scaling', 'rope_parameters']) {
    const value = raw[key];
    if (value === undefined || value === null) continue;
    if (typeof value !== 'object' || Array.isArray(value))
      throw new UnsupportedModel(`config.json: "${key}" must be an object, found ${JSON.stringify(value)}`);
    if (Object.keys(value).length > 0) return value as Record<string, unknown>;
  }
  return {};
}

/** What cos and sin are multiplied by: 0.1 ln s + 1 (2309.00071, eq. 22), or the ratio of two such numbers (DeepSeek). */
function yarnAttentionFactor(found: ConfigReader, factor: number): number {
  const scale = (m: number) => (factor <= 1 ? 1 : 0.1 * m * Math.log(factor) + 1);
  const { attention_factor, mscale, mscale_all_dim } = found.raw;
  if (attention_factor !== undefined && attention_factor !== null) return found.positive('attention_factor');
  if (mscale && mscale_all_dim) return scale(found.positive('mscale')) / scale(found.positive('mscale_all_dim'));
  return scale(1);
}
