/** What a model family is to this engine: its parameters and how its layers are wired. */
import type { DroppedProduct } from '../adapters/dropout.ts';
import type { GraphBuilder } from '../graph/builder.ts';
import type { Value } from '../graph/value.ts';
import type { ModelConfig } from './config.ts';
import type { QuantisedValue } from './quantised.ts';

export interface ParameterSpec {
  /** Hugging Face's tensor name. */
  readonly name: string;
  readonly shape: readonly number[];
  /** Whether weight decay touches it: not biases, not norms (transformers' rule). */
  readonly decay: boolean;
  /** How a model from scratch starts: normal(0, std) or a constant. */
  readonly init: { readonly std: number } | { readonly value: number };
}

/** A pair of matrices that adds scale · (x Aᵀ) Bᵀ to x Wᵀ: A [r, in], B [out, r]. */
export interface LowRank {
  readonly a: Value;
  readonly b: Value;
  readonly scale: number;
  /** x Aᵀ in training with dropout; a plain product where absent. */
  readonly narrowed?: DroppedProduct;
}

/** A weight in a graph; a matrix may have an adapter, which `linear` adds. */
export interface Weight extends Value {
  readonly adapter?: LowRank;
  /** What `linear` multiplies with instead; the value itself may then be looked up only. */
  readonly quantised?: QuantisedValue;
}

/** Weights in a graph, by Hugging Face name: inputs (trained) or constants (frozen, pre-packed by the runtime). */
export type Weights = (name: string) => Weight;

/** Keys and values of one layer that are already in the cache, each [B, Hkv, 1, P, D]: the 1 stands for the query heads that share them. */
export interface LayerCache {
  readonly key: Value;
  readonly value: Value;
}

/** How far the rows of a cache are filled that the runtime writes itself: then keys and values are [B, Hkv, P, D], and `present` is the whole cache. */
export interface WrittenCache {
  /** int32 [B]: place of each row's last new token. */
  readonly ends: Value;
  /** int32 [1]: tokens of the longest row, new ones included. */
  readonly total: Value;
}

/** Rows picked from tokens that are packed without padding: attention sees the rows, everything else the tokens. */
export interface Packing {
  /** int32 [B, T]: the token at each place of a row; any beyond the row's end. */
  readonly places: Value;
  /** int64 [B, T] */
  readonly positions: Value;
  /** int32 [N]: the place whose output a token takes, and another place it stands at. */
  readonly back: Value;
  readonly other: Value;
  /** float32 [N, 1]: 1 where there is another place. */
  readonly shared: Value;
  /** float32 [B, T]: 1 where a place is some token's `back`. */
  readonly owned: Value;
}

export interface DecoderInput {
  /** int32 [B, T]; [1, N] when packed, and so are the positions. */
  readonly ids: Value;
  /** int64 [B, T] */
  readonly positions: Value;
  /** Added to the attention scores: 0 where a token may look, −1e9 where not. [T, T], or [B, 1, 1, 1, P+1] with a cache. */
  readonly mask: Value;
  readonly packing?: Packing;
  /** One per layer when earlier tokens are cached; then T is 1. */
  readonly past?: readonly LayerCache[];
  /** The runtime writes new keys and values into `past`; then T is 1 unless the cache is empty. */
  readonly written?: WrittenCache;
  /**
   * The cache is [B, Hkv, P, D] and grows: new keys and values are appended and come back whole, T is free, the mask is [B, 1, 1, T, P+T], and angles are
   * computed from the positions instead of read from tables. For graphs that other programs run.
   */
  readonly grows?: boolean;
  /** Layers are computed again in the backward pass instead of kept; the keys and values they give are left out. */
  readonly recompute?: boolean;
  /** Positions the RoPE tables must cover. */
  readonly maxPositions: number;
}

export interface DecoderOutput {
  /** After the final norm, [B*T, hidden]. */
  readonly hidden: Value;
  /** New keys and values of each layer, in the order of [B, Hkv, T, D]. */
  readonly present: readonly LayerCache[];
}

export interface Architecture {
  readonly id: string;
  readonly title: string;
  /** `model_type` values of config.json it reads. */
  readonly modelTypes: readonly string[];
  /** How the name of transformers' sequence classifier begins: "Llama" of LlamaForSequenceClassification. */
  readonly classifierName: string;
  /** What names begin with, except the head's: transformers leaves it out in checkpoints of the bare model. */
  readonly basePrefix: string;
  /** Name of the input embedding, without ".weight": a tied head shares it. */
  readonly embeddingName: string;
  /** Name of an untied language head's tensors, without ".weight": what a score head replaces. */
  readonly headName: string;
  /** Other names that tensors are found under → their names here; saved folders carry both, for each version of transformers. */
  readonly aliases?: Readonly<Record<string, string>>;
  /** Tensors that checkpoints carry although nothing is computed from them. */
  readonly ignored?: RegExp;
  /** Throws UnsupportedModel naming the part it cannot compute. */
  readConfig(raw: Readonly<Record<string, unknown>>): ModelConfig;
  /** In the order of the forward pass; a tied head has no entry of its own. */
  parameters(config: ModelConfig): readonly ParameterSpec[];
  decode(g: GraphBuilder, config: ModelConfig, weights: Weights, input: DecoderInput): DecoderOutput;
  /** Rows of hidden states [M, hidden] → logits [M, vocabulary]. */
  head(g: GraphBuilder, config: ModelConfig, weights: Weights, hidden: Value): Value;
}
