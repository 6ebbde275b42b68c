/** The rotation of a config.json: base and scaling of RoPE's angles. */
import { ConfigReader, UnsupportedModel } from './config.ts';

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

const ROPE_TYPES = ['default', 'linear', 'llama3', 'yarn'] as const;

/** RoPE as transformers 4 (rope_theta, rope_scaling) and 5 (rope_parameters) write it. */
export function readRope(reader: ConfigReader, defaultTheta = 10_000): RopeConfig {
  return ropeFrom(reader, scalingOf(reader.raw), reader.positive('rope_theta', defaultTheta));
}

/** RoPE from the record that holds its scaling; `theta` stands where that has none. */
export function ropeFrom(reader: ConfigReader, scaling: Readonly<Record<string, unknown>>, theta: number): RopeConfig {
  const kinds = Object.keys(scaling).filter((key) => typeof scaling[key] === 'object' && scaling[key] !== null);
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
  const factor = own('factor', ['linear', 'llama3', 'yarn']);
  const contextAtHand = own(
    'original_max_position_embeddings',
    ['llama3', 'yarn'],
    reader.size('max_position_embeddings', 'context', 2048),
  );
  return {
    type,
    theta: found.positive('rope_theta', theta),
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
