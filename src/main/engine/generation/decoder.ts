/** KV-cached decoding: one graph reads the prompts, another adds a token to every row at a time. */
import { GraphBuilder } from '../graph/builder.ts';
import type { Tensor } from '../graph/value.ts';
import type { LayerCache } from '../models/architecture.ts';
import { type LanguageModel, weightConstants, weightFeeds, weightInputs } from '../models/language-model.ts';
import { causalMaskFeed, MASKED, positionFeed } from '../runtime/batch-feeds.ts';
import { float32, int32, Session, type SessionOptions } from '../runtime/session.ts';

export interface DecoderOptions extends SessionOptions {
  /** Longest prompt plus completion, in tokens. */
  readonly maxPositions: number;
  /** frozen: weights are packed into the session (fast, one more copy) · live: read from the model's arrays at each step (for a model in training). */
  readonly weights: 'frozen' | 'live';
}

/** Cache sizes grow in these steps, so that the runtime sees few different shapes. */
const BUCKET = 64;

export class Decoder {
  readonly model: LanguageModel;
  readonly options: DecoderOptions;
  #prefill: Session;
  #step: Session;
  #weights: Record<string, Tensor>;

  private constructor(model: LanguageModel, options: DecoderOptions, prefill: Session, step: Session) {
    this.model = model;
    this.options = options;
    this.#prefill = prefill;
    this.#step = step;
    this.#weights = options.weights === 'live' ? weightFeeds(model) : {};
  }

  static async create(model: LanguageModel, options: DecoderOptions): Promise<Decoder> {
    const shared = { owner: model.weights, ...options };
    const prefill = await Session.create(buildPrefill(model, options), shared);
    const step = await Session.create(buildStep(model, options), shared);
    return new Decoder(model, options, prefill, step);
  }

  /** Reads the prompts (each at least one token) and returns a batch with the logits of every prompt's last token. */
  async start(prompts: readonly (readonly number[])[]): Promise<DecodingBatch> {
    const length = Math.max(...prompts.map((p) => p.length));
    const batch = prompts.length;
    const ids = new Int32Array(batch * length);
    prompts.forEach((prompt, row) => {
      if (prompt.length === 0)
        throw new Error(`prompt ${row} is empty: generation needs at least one token to start from`);
      ids.set(prompt, row * length);
    });
    const rows = Int32Array.from(prompts, (prompt, row) => row * length + prompt.length - 1);
    const found = await this.#prefill.run({
      ...this.#weights,
      ids: int32([batch, length], ids),
      positions: positionFeed(batch, length),
      mask: causalMaskFeed(length),
      rows: int32([batch], rows),
    });
    const state = new DecodingBatch(
      this,
      Array.from(prompts, (p) => p.length),
      found.logits.data as Float32Array,
    );
    state.reserve(length + 1);
    for (let layer = 0; layer < this.model.config.layers; layer++)
      state.keep(
        layer,
        found[`key_${layer}`].data as Float32Array,
        found[`value_${layer}`].data as Float32Array,
        length,
      );
    return state;
  }

  /** Runs the step graph on a batch and writes into the arrays of the outputs `before`, if any; used by `DecodingBatch.advance`. */
  runStep(feeds: Record<string, Tensor>, before: Record<string, Tensor>): Promise<Record<string, Tensor>> {
    const into = Object.fromEntries(Object.entries(before).map(([name, { data }]) => [name, data]));
    return this.#step.run({ ...this.#weights, ...feeds }, into);
  }

  async close(): Promise<void> {
    await this.#prefill.close();
    await this.#step.close();
  }
}

/** Rows being decoded together, each at its own length, with the cache they read. */
export class DecodingBatch {
  readonly decoder: Decoder;
  /** Tokens in the cache, by row. */
  readonly lengths: number[];
  /** [B, vocabulary] of the last token of each row; the next `advance` may overwrite it. */
  logits: Float32Array;
  #capacity = 0;
  #keys: Float32Array[] = [];
  #values: Float32Array[] = [];
  #outputs: Record<string, Tensor> = {};

  constructor(decoder: Decoder, lengths: number[], logits: Float32Array) {
    this.decoder = decoder;
    this.lengths = lengths;
    this.logits = logits;
  }

  /** Adds one token to every row (rows that are done may be given any id) and replaces `logits`. */
  async advance(tokens: readonly number[]): Promise<void> {
    const { config } = this.decoder.model;
    const batch = this.lengths.length;
    this.reserve(Math.max(...this.lengths) + 1);
    const width = this.#capacity;
    const mask = new Float32Array(batch * (width + 1)).fill(MASKED);
    this.lengths.forEach((length, row) => {
      mask.fill(0, row * (width + 1), row * (width + 1) + length);
      mask[row * (width + 1) + width] = 0;
    });
    const feeds: Record<string, Tensor> = {
      ids: int32([batch, 1], Int32Array.from(tokens)),
      positions: { dtype: 'int64', shape: [batch, 1], data: BigInt64Array.from(this.lengths, BigInt) },
      mask: float32([batch, 1, 1, 1, width + 1], mask),
    };
    const shape = [batch, config.keyValueHeads, 1, width, config.headSize];
    for (let layer = 0; layer < config.layers; layer++) {
      feeds[`past_key_${layer}`] = float32(shape, this.#keys[layer]);
      feeds[`past_value_${layer}`] = float32(shape, this.#values[layer]);
    }
    this.#outputs = await this.decoder.runStep(feeds, this.#outputs);
    for (let layer = 0; layer < config.layers; layer++) {
      this.#append(this.#keys[layer], this.#outputs[`key_${layer}`]);
      this.#append(this.#values[layer], this.#outputs[`value_${layer}`]);
    }
    for (let row = 0; row < batch; row++) this.lengths[row]++;
    this.logits = this.#outputs.logits.data as Float32Array;
  }

  /** Makes room for `length` cached tokens a row; what is cached is kept. */
  reserve(length: number): void {
    if (length <= this.#capacity) return;
    const { config } = this.decoder.model;
    const before = this.#capacity;
    const keys = this.#keys;
    const values = this.#values;
    this.#capacity = Math.ceil(length / BUCKET) * BUCKET;
    const heads = this.lengths.length * config.keyValueHeads;
    const size = heads * config.headSize * this.#capacity;
    this.#keys = Array.from({ length: config.layers }, () => new Float32Array(size));
    this.#values = Array.from({ length: config.layers }, () => new Float32Array(size));
    if (before === 0) return;
    for (let layer = 0; layer < config.layers; layer++) this.keep(layer, keys[layer], values[layer], before);
  }

  /** Puts keys and values [B, Hkv, length, D] at the beginning of the cache. */
  keep(layer: number, keys: Float32Array, values: Float32Array, length: number): void {
    const { headSize, keyValueHeads } = this.decoder.model.config;
    const size = length * headSize;
    for (let line = 0; line < this.lengths.length * keyValueHeads; line++) {
      const to = line * this.#capacity * headSize;
      this.#keys[layer].set(keys.subarray(line * size, (line + 1) * size), to);
      this.#values[layer].set(values.subarray(line * size, (line + 1) * size), to);
    }
  }

  /** One new token a row [B, Hkv, 1, D], each at its row's own end. */
  #append(cache: Float32Array, { data }: Tensor): void {
    const { headSize, keyValueHeads } = this.decoder.model.config;
    const fresh = data as Float32Array;
    for (let row = 0; row < this.lengths.length; row++)
      for (let head = 0; head < keyValueHeads; head++) {
        const line = row * keyValueHeads + head;
        const to = (line * this.#capacity + this.lengths[row]) * headSize;
        cache.set(fresh.subarray(line * headSize, (line + 1) * headSize), to);
      }
  }
}

function begin(model: LanguageModel, options: DecoderOptions, name: string) {
  const g = new GraphBuilder(name);
  const weights = options.weights === 'live' ? weightInputs(g, model) : weightConstants(g, model);
  return { g, weights };
}

/** ids [B, T] → logits of the rows named, and every layer's keys and values. */
function buildPrefill(model: LanguageModel, options: DecoderOptions) {
  const { g, weights } = begin(model, options, 'prefill');
  const { architecture, config } = model;
  const ids = g.input('ids', 'int32', ['B', 'T']);
  const positions = g.input('positions', 'int64', ['B', 'T']);
  const mask = g.input('mask', 'float32', ['T', 'T']);
  const rows = g.input('rows', 'int32', ['R']);
  const { hidden, present } = architecture.decode(g, config, weights, {
    ids,
    positions,
    mask,
    maxPositions: options.maxPositions,
  });
  g.output('logits', architecture.head(g, config, weights, g.gather(hidden, rows)));
  present.forEach(({ key, value }, layer) => {
    g.output(`key_${layer}`, key);
    g.output(`value_${layer}`, value);
  });
  return g.build();
}

/** One token a row on top of a cache of P positions; returns logits and only the new keys and values. */
function buildStep(model: LanguageModel, options: DecoderOptions) {
  const { g, weights } = begin(model, options, 'step');
  const { architecture, config } = model;
  const { keyValueHeads, headSize } = config;
  const ids = g.input('ids', 'int32', ['B', 1]);
  const positions = g.input('positions', 'int64', ['B', 1]);
  const mask = g.input('mask', 'float32', ['B', 1, 1, 1, 'W']);
  const past = Array.from(
    { length: config.layers },
    (_, layer): LayerCache => ({
      key: g.input(`past_key_${layer}`, 'float32', ['B', keyValueHeads, 1, 'P', headSize]),
      value: g.input(`past_value_${layer}`, 'float32', ['B', keyValueHeads, 1, 'P', headSize]),
    }),
  );
  const input = { ids, positions, mask, past, maxPositions: options.maxPositions };
  const { hidden, present } = architecture.decode(g, config, weights, input);
  g.output('logits', architecture.head(g, config, weights, hidden));
  present.forEach(({ key, value }, layer) => {
    g.output(`key_${layer}`, key);
    g.output(`value_${layer}`, value);
  });
  return g.build();
}
