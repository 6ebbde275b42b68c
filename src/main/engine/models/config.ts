/** A decoder's shape, read from a Hugging Face config.json: every family fills the same record. */

export interface RopeConfig {
  readonly theta: number;
  /** default: plain · linear: positions divided by `factor` · llama3: low frequencies divided by `factor` (Llama 3.1). */
  readonly type: 'default' | 'linear' | 'llama3';
  readonly factor: number;
  readonly lowFrequencyFactor: number;
  readonly highFrequencyFactor: number;
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

/** RoPE as transformers 4 (rope_theta, rope_scaling) and 5 (rope_parameters) write it. */
export function readRope(reader: ConfigReader): RopeConfig {
  const { raw } = reader;
  const scaling = (raw.rope_parameters ?? raw.rope_scaling ?? {}) as Record<string, unknown>;
  const found = new ConfigReader(scaling);
  const type = String(scaling.rope_type ?? scaling.type ?? 'default');
  if (type !== 'default' && type !== 'linear' && type !== 'llama3')
    throw new UnsupportedModel(
      `config.json: RoPE scaling "${type}" is not supported; supported: default, linear, llama3`,
    );
  return {
    type,
    theta: found.number('rope_theta', reader.number('rope_theta', 10_000)),
    factor: found.number('factor', 1),
    lowFrequencyFactor: found.number('low_freq_factor', 1),
    highFrequencyFactor: found.number('high_freq_factor', 4),
    originalContext: found.number('original_max_position_embeddings', 8192),
    interleaved: reader.flag('rope_interleaved', false),
  };
}
