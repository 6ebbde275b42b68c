/** Keys and values of the tokens that a batch has read: per layer an array [B, Hkv, capacity, D], of which each row fills the front. */
import type { Tensor } from '../graph/value.ts';
import type { ModelConfig } from '../models/config.ts';

/** Capacities grow in these steps, so that the runtime sees few different shapes. */
const BUCKET = 64;

export class KeyValueCache {
  readonly rows: number;
  readonly #config: ModelConfig;
  #capacity = 0;
  #keys: Float32Array[] = [];
  #values: Float32Array[] = [];
  /** What the last pass returned: the next one writes into the same arrays. */
  outputs: Record<string, Tensor> = {};

  constructor(config: ModelConfig, rows: number) {
    this.#config = config;
    this.rows = rows;
  }

  /** Tokens a row has room for. */
  get capacity(): number {
    return this.#capacity;
  }

  keys(layer: number): Float32Array {
    return this.#keys[layer];
  }

  values(layer: number): Float32Array {
    return this.#values[layer];
  }

  /** Makes room for `length` tokens a row; what is cached is kept. */
  reserve(length: number): void {
    if (length <= this.#capacity) return;
    const { headSize, keyValueHeads, layers } = this.#config;
    const [before, keys, values] = [this.#capacity, this.#keys, this.#values];
    this.#capacity = Math.ceil(length / BUCKET) * BUCKET;
    const size = this.rows * keyValueHeads * headSize * this.#capacity;
    this.#keys = Array.from({ length: layers }, () => new Float32Array(size));
    this.#values = Array.from({ length: layers }, () => new Float32Array(size));
    if (before === 0) return;
    for (let layer = 0; layer < layers; layer++) this.put(layer, keys[layer], values[layer], before);
  }

  /** Puts keys and values [B, Hkv, length, D] at the beginning of the rows. */
  put(layer: number, keys: Float32Array, values: Float32Array, length: number): void {
    const { headSize, keyValueHeads } = this.#config;
    const size = length * headSize;
    for (let line = 0; line < this.rows * keyValueHeads; line++) {
      const to = line * this.#capacity * headSize;
      this.#keys[layer].set(keys.subarray(line * size, (line + 1) * size), to);
      this.#values[layer].set(values.subarray(line * size, (line + 1) * size), to);
    }
  }

  /** One new token a row [B, Hkv, 1, D], each behind the `lengths` tokens of its row. */
  append(layer: number, keys: Float32Array, values: Float32Array, lengths: readonly number[]): void {
    const { headSize, keyValueHeads } = this.#config;
    for (let row = 0; row < this.rows; row++)
      for (let head = 0; head < keyValueHeads; head++) {
        const line = row * keyValueHeads + head;
        const to = (line * this.#capacity + lengths[row]) * headSize;
        this.#keys[layer].set(keys.subarray(line * headSize, (line + 1) * headSize), to);
        this.#values[layer].set(values.subarray(line * headSize, (line + 1) * headSize), to);
      }
  }
}
