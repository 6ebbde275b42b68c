/** What a type of tensor data in a GGUF file is: blocks of packed values, and their meaning as float32. */
import type { Named } from '../../../../base/registry.ts';

export interface TensorType extends Named {
  /** Its number in the file (ggml.h). */
  readonly number: number;
  readonly valuesPerBlock: number;
  readonly bytesPerBlock: number;
  /** Whole blocks → values, bit for bit as ggml's own conversion; `bytes` begins at a multiple of 8 in its buffer. */
  decode(bytes: Uint8Array, values: Float32Array): void;
  /** The other way, for types that models are written in. */
  encode?(values: Float32Array): Uint8Array;
}

export const float16At = (bytes: Uint8Array, at: number): number => bytes[at] | (bytes[at + 1] << 8);
