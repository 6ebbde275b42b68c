/** The rotation of a config.json: base and scaling of RoPE's angles. */
import { ConfigReader, UnsupportedModel } from './config.ts';

export interface RopeConfig {
  readonly theta: number;
  /**
   * default: plain · linear: positions divided by `factor` · llama3: low frequencies divided by `factor` (Llama 3.1) · yarn: likewise, with a ramp
   * over the pairs (2309.00071) · longrope: each pair's frequency divided by a factor of its own.
   */
  readonly type: 'default' | 'linear' | 'llama3' | 'yarn' | 'longrope';
  readonly factor: number;
  readonly lowFrequencyFactor: number;
  readonly highFrequencyFactor: number;
  /** yarn: turns within the original context from which a pair is kept, and below which it is stretched. */
  readonly betaFast: number;
  readonly betaSlow: number;
  /** yarn: the ramp begins and ends at whole pairs. */
  readonly truncate: boolean;
  /** longrope: one for each rotated pair; else none. */
  readonly pairFactors: readonly number[];
  /** cos and sin are multiplied by it. */
  readonly attentionFactor: number;
  readonly originalContext: number;
  /** The longest text that these angles hold for; null: any. */
  readonly reach: number | null;
  /** Neighbouring elements form a pair (llama2.c) instead of element i with i + d/2. */
  readonly interleaved: boolean;
}

/** dynamic (NTK-aware by length) is plain up to the model's context, and another rotation for every length beyond. */
const ROPE_TYPES = ['default', 'linear', 'dynamic', 'llama3', 'yarn', 'longrope'] as const;

/** RoPE as transformers 4 (rope_theta, rope_scaling) and 5 (rope_parameters) write it. */
export function readRope(reader: ConfigReader, defaultTheta = 10_000): RopeConfig {
  return ropeFrom(reader, scalingOf(reader.raw), reader.positive('rope_theta', defaultTheta));
}

/** RoPE from the record that holds its scaling; `theta` stands where that has none. */
export function ropeFrom(reader: ConfigReader, scaling: Readonly<Record<string, unknown>>, theta: number): RopeConfig {
  // lists are longrope's factors
  const kinds = Object.keys(scaling).filter((key) => {
    const value = scaling[key];
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  });
  if (kinds.length > 0)
    throw new UnsupportedModel(
      `config.json: a RoPE for each kind of layer (${kinds.join(', ')}) is supported in gemma3_text only`,
    );
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
  const factor = own('factor', ['linear', 'dynamic', 'llama3', 'yarn']);
  const contextAtHand = own(
    'original_max_position_embeddings',
    ['llama3', 'yarn', 'longrope'],
    reader.size('max_position_embeddings', 'context', 2048),
  );
  return {
    type: type === 'dynamic' ? 'default' : type,
    reach: type === 'dynamic' ? reader.size('max_position_embeddings', 'context') : null,
    theta: found.positive('rope_theta', theta),
    factor,
    lowFrequencyFactor: own('low_freq_factor', ['llama3']),
    highFrequencyFactor: own('high_freq_factor', ['llama3']),
    betaFast: own('beta_fast', ['yarn'], 32),
    betaSlow: own('beta_slow', ['yarn'], 1),
    truncate: found.flag('truncate', true),
    pairFactors: type === 'longrope' ? pairFactors(found) : [],
    attentionFactor: attentionFactorOf(type, found, reader, factor),
    originalContext: reader.positive('original_max_position_embeddings', contextAtHand),
    interleaved: reader.flag('rope_interleaved', false),
  };
}

/** longrope's lists for short and for long texts, which must be one: what a text's start means would change as it grows. */
function pairFactors({ raw }: ConfigReader): readonly number[] {
  const [short, long] = ['short_factor', 'long_factor'].map((key) => {
    const list = raw[key];
    if (
      Array.isArray(list) &&
      list.length > 0 &&
      list.every((x) => typeof x === 'number' && Number.isFinite(x) && x > 0)
    )
      return list as number[];
    throw new UnsupportedModel(
      `config.json: "${key}" of RoPE scaling "longrope" must be a list of numbers above 0, found ${JSON.stringify(list)}`,
    );
  });
  if (short.length === long.length && short.every((x, i) => x === long[i])) return short;
  throw new UnsupportedModel('config.json: RoPE scaling "longrope" with other factors for long texts is not supported');
}

function attentionFactorOf(
  type: (typeof ROPE_TYPES)[number],
  found: ConfigReader,
  reader: ConfigReader,
  factor: number,
): number {
  if (type === 'yarn') return yarnAttentionFactor(found, factor);
  return type === 'longrope' ? longropeAttentionFactor(found, reader) : 1;
}

/** √(1 + ln s / ln L) for a context of s·L tokens (LongRoPE, 2402.13753, as transformers computes it). */
function longropeAttentionFactor(found: ConfigReader, reader: ConfigReader): number {
  const { attention_factor, factor } = found.raw;
  if (attention_factor !== undefined && attention_factor !== null) return found.positive('attention_factor');
  const original = found.positive('original_max_position_embeddings');
  const context = reader.size('max_position_embeddings', 'context', 2048);
  const stretch = factor === undefined || factor === null ? context / original : found.positive('factor');
  return stretch <= 1 ? 1 : Math.sqrt(1 + Math.log(stretch) / Math.log(original));
}

/** `rope_scaling` wins over `rope_parameters`, as in transformers. */
export function scalingOf(raw: Readonly<Record<string, unknown>>): Record<string, unknown> {
  for (const key of ['rope_scaling', 'rope_parameters']) {
    const value = record(raw, key);
    if (Object.keys(value).length > 0) return value;
  }
  return {};
}

/** The object under `key`, empty when there is none. */
export function record(raw: Readonly<Record<string, unknown>>, key: string): Record<string, unknown> {
  const value = raw[key] ?? {};
  if (typeof value !== 'object' || Array.isArray(value))
    throw new UnsupportedModel(`config.json: "${key}" must be an object, found ${JSON.stringify(value)}`);
  return value as Record<string, unknown>;
}

/** What cos and sin are multiplied by: 0.1 ln s + 1 (2309.00071, eq. 22), or the ratio of two such numbers (DeepSeek). */
function yarnAttentionFactor(found: ConfigReader, factor: number): number {
  const scale = (m: number) => (factor <= 1 ? 1 : 0.1 * m * Math.log(factor) + 1);
  const { attention_factor, mscale, mscale_all_dim } = found.raw;
  if (attention_factor !== undefined && attention_factor !== null) return found.positive('attention_factor');
  if (mscale && mscale_all_dim) return scale(found.positive('mscale')) / scale(found.positive('mscale_all_dim'));
  return scale(1);
}
