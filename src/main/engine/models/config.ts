/** A decoder's shape, read from a Hugging Face config.json: every family fills the same record, and reads untrusted fields with the same reader. */
import { activations } from './activations.ts';
import type { RopeConfig } from './rope-config.ts';

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
  /** Positions there are, where they are learnt or rotation holds for so many only; null: no end. */
  readonly positionLimit: number | null;
  readonly normEpsilon: number;
  readonly tiedHead: boolean;
  /** Of the query, key and value projections. */
  readonly qkvBias: boolean;
  /** Of the projection behind attention. */
  readonly outputBias: boolean;
  readonly mlpBias: boolean;
  /** An id of activations.ts. */
  readonly activation: string;
  /** null: no rotation (positions are learnt). */
  readonly rope: RopeConfig | null;
  /** Rotation of the layers with a window, where it is another one (Gemma 3). */
  readonly windowRope: RopeConfig | null;
  /** Elements of a head that are rotated, from the front. */
  readonly rotarySize: number;
  /** Per layer, how many tokens a token sees, itself included; null: all before it. */
  readonly windows: readonly (number | null)[];
  /** Per layer, what attention scores are multiplied by: 1/√headSize in most families. */
  readonly attentionScales: readonly number[];
  /** Attention scores s become cap · tanh(s / cap) before the mask (Gemma 2, 2408.00118). */
  readonly attentionCap: number | null;
  /** The same for logits. */
  readonly logitCap: number | null;
  /** Input embeddings are multiplied by it. */
  readonly embeddingScale: number;
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

/** JSON, in which NaN and Infinity would read as null. */
const shown = (value: unknown): string => (typeof value === 'number' ? String(value) : JSON.stringify(value));

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
        `config.json: "${key}" must be an integer from 1 to ${LIMITS[limit]}, found ${shown(value)}`,
      );
    return value;
  }

  number(key: string, otherwise: number): number {
    const value = this.raw[key] ?? otherwise;
    if (typeof value !== 'number' || !Number.isFinite(value))
      throw new UnsupportedModel(`config.json: "${key}" must be a number, found ${shown(value)}`);
    return value;
  }

  positive(key: string, otherwise?: number): number {
    const value = this.raw[key] ?? otherwise;
    if (typeof value !== 'number' || !Number.isFinite(value) || value <= 0)
      throw new UnsupportedModel(`config.json: "${key}" must be a number above 0, found ${shown(value)}`);
    return value;
  }

  /** A number above 0, or null where none is meant; an absent key means `otherwise`. */
  optional(key: string, otherwise: number | null): number | null {
    const value = this.raw[key];
    if (value === undefined) return otherwise;
    return value === null ? null : this.positive(key);
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

/** The name under `key`; throws when no activation has it. */
export function readActivation({ raw }: ConfigReader, key: string, otherwise: string): string {
  const name = raw[key] ?? otherwise;
  if (typeof name === 'string' && activations.has(name)) return name;
  throw new UnsupportedModel(
    `config.json: ${key} ${JSON.stringify(name)} is not supported; supported: ${activations.all.map((a) => a.id).join(', ')}`,
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
