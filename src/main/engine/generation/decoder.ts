/** KV-cached decoding: prompts are read at once, then a token is added to every row at a time. */
import type { LanguageModel } from '../models/language-model.ts';
import { writesCache } from '../models/written-attention.ts';
import { nativeApi } from '../runtime/native.ts';
import { KeyValueCache } from './key-value-cache.ts';
import type { DecoderOptions, PaddedPrompts, Passes } from './passes.ts';
import { openReadOnlyPasses } from './read-only-passes.ts';
import { openWritingPasses } from './writing-passes.ts';

export type { DecoderOptions };

export class Decoder {
  readonly model: LanguageModel;
  readonly options: DecoderOptions;
  readonly passes: Passes;

  private constructor(model: LanguageModel, options: DecoderOptions, passes: Passes) {
    this.model = model;
    this.options = options;
    this.passes = passes;
  }

  static async create(model: LanguageModel, options: DecoderOptions): Promise<Decoder> {
    const native = options.backend !== 'js' && !(nativeApi() instanceof Error);
    const open = native && writesCache(model.config) ? openWritingPasses : openReadOnlyPasses;
    return new Decoder(model, options, await open(model, options, { owner: model.weights, ...options }));
  }

  /** Reads the prompts (each at least one token) and returns a batch with the logits of every prompt's last token. */
  async start(prompts: readonly (readonly number[])[]): Promise<DecodingBatch> {
    const padded = padPrompts(prompts);
    const cache = new KeyValueCache(this.model.config, prompts.length);
    cache.reserve(padded.length + 1);
    return new DecodingBatch(this, cache, [...padded.lengths], await this.passes.prompt(padded, cache));
  }

  close(): Promise<void> {
    return this.passes.close();
  }
}

function padPrompts(prompts: readonly (readonly number[])[]): PaddedPrompts {
  const length = Math.max(...prompts.map((p) => p.length));
  const ids = new Int32Array(prompts.length * length);
  prompts.forEach((prompt, row) => {
    if (prompt.length === 0)
      throw new Error(`prompt ${row} is empty: generation needs at least one token to start from`);
    ids.set(prompt, row * length);
  });
  return { ids, lengths: prompts.map((p) => p.length), length };
}

/** Rows being decoded together, each at its own length, with the cache they read. */
export class DecodingBatch {
  readonly decoder: Decoder;
  /** Tokens in the cache, by row. */
  readonly lengths: number[];
  /** [B, vocabulary] of the last token of each row; the next `advance` may overwrite it. */
  logits: Float32Array;
  readonly #cache: KeyValueCache;

  constructor(decoder: Decoder, cache: KeyValueCache, lengths: number[], logits: Float32Array) {
    this.decoder = decoder;
    this.#cache = cache;
    this.lengths = lengths;
    this.logits = logits;
  }

  /** Adds one token to every row (rows that are done may be given any id) and replaces `logits`. */
  async advance(tokens: readonly number[]): Promise<void> {
    this.#cache.reserve(Math.max(...this.lengths) + 1);
    this.logits = await this.decoder.passes.step(tokens, this.lengths, this.#cache);
    for (let row = 0; row < this.lengths.length; row++) this.lengths[row]++;
  }
}
