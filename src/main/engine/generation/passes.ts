/** The two ways to run a model over a cache: what they have in common. */
import type { GraphBuilder } from '../graph/builder.ts';
import type { Tensor, TensorArray } from '../graph/value.ts';
import type { Weights } from '../models/architecture.ts';
import { type LanguageModel, weightConstants, weightFeeds, weightInputs } from '../models/language-model.ts';
import type { SessionOptions } from '../runtime/session.ts';
import type { KeyValueCache } from './key-value-cache.ts';

export interface DecoderOptions extends SessionOptions {
  /** Longest prompt plus completion, in tokens. */
  readonly maxPositions: number;
  /** frozen: packed by the runtime, once for all sessions of the model, which must not change · live: read from the model's arrays at each step (for a model in training). */
  readonly weights: 'frozen' | 'live';
}

/** Prompts side by side, padded on the right: ids [B, length]. */
export interface PaddedPrompts {
  readonly ids: Int32Array;
  readonly lengths: readonly number[];
  readonly length: number;
}

export interface Passes {
  /** Reads prompts into an empty cache that has room for them; returns the logits after each row's last token, [B, vocabulary]. */
  prompt(prompts: PaddedPrompts, cache: KeyValueCache): Promise<Float32Array>;
  /** Adds one token to rows of `lengths` tokens, for which the cache has room; returns logits, in an array that the next step overwrites. */
  step(tokens: readonly number[], lengths: readonly number[], cache: KeyValueCache): Promise<Float32Array>;
  close(): Promise<void>;
}

export const weightsOf = (g: GraphBuilder, model: LanguageModel, options: DecoderOptions): Weights =>
  options.weights === 'live' ? weightInputs(g, model) : weightConstants(g, model);

export const feedsOf = (model: LanguageModel, options: DecoderOptions): Record<string, Tensor> =>
  options.weights === 'live' ? weightFeeds(model) : {};

/** Where each row's last token stands in ids [B, length]. */
export const lastRows = ({ lengths, length }: PaddedPrompts): Int32Array =>
  Int32Array.from(lengths, (own, row) => row * length + own - 1);

export const arraysOf = (tensors: Readonly<Record<string, Tensor>>): Record<string, TensorArray> =>
  Object.fromEntries(Object.entries(tensors).map(([name, { data }]) => [name, data]));
