/** What a model family is in a GGUF file: its name there, its tensors' names, and how its metadata becomes a config.json. */
import type { Named } from '../../../../base/registry.ts';
import type { Fields } from '../fields.ts';
import type { GgufHeader } from '../header.ts';

/** vocabulary · hidden size · all query heads · all key (and value) heads · one head · units of the feed-forward layer */
export type Dimension = 'vocabulary' | 'hidden' | 'queries' | 'keys' | 'head' | 'units';

/** Names without ".weight" or ".bias", in the file and at Hugging Face; {i} is a layer's number. Then the shape of the weight, rows first; a bias has its rows. */
export type NamedPart = readonly [file: string, huggingFace: string, ...shape: Dimension[]];

/** Biases that come together: a file may hold some of them, the others are zero. */
export interface BiasGroup {
  /** What config.json calls the group; null where the family always has it. */
  readonly flag: string | null;
  /** Parts by their name in the file. */
  readonly parts: readonly string[];
}

/** `id` is general.architecture. */
export interface GgufFamily extends Named {
  /** `model_type` of config.json. */
  readonly modelType: string;
  /** `model_type`s of the models that are written as this family. */
  readonly writes: readonly string[];
  /** transformers' class of the language model. */
  readonly className: string;
  /** Rows of attn_q and attn_k lie as neighbouring pairs (llama.cpp's llama). */
  readonly neighbouringRows: boolean;
  readonly names: readonly NamedPart[];
  readonly biases: readonly BiasGroup[];
  /** What config.json has besides the fields every family shares. */
  config(fields: Fields, header: GgufHeader): Readonly<Record<string, unknown>>;
}

export const ATTENTION_BIASES: BiasGroup = {
  flag: 'attention_bias',
  parts: ['blk.{i}.attn_q', 'blk.{i}.attn_k', 'blk.{i}.attn_v', 'blk.{i}.attn_output'],
};

/** The tensors of a decoder with gated units, as llama, qwen2 and qwen3 have them. */
export const DECODER_NAMES: readonly NamedPart[] = [
  ['token_embd', 'model.embed_tokens', 'vocabulary', 'hidden'],
  ['output_norm', 'model.norm', 'hidden'],
  ['output', 'lm_head', 'vocabulary', 'hidden'],
  ['blk.{i}.attn_norm', 'model.layers.{i}.input_layernorm', 'hidden'],
  ['blk.{i}.attn_q', 'model.layers.{i}.self_attn.q_proj', 'queries', 'hidden'],
  ['blk.{i}.attn_k', 'model.layers.{i}.self_attn.k_proj', 'keys', 'hidden'],
  ['blk.{i}.attn_v', 'model.layers.{i}.self_attn.v_proj', 'keys', 'hidden'],
  ['blk.{i}.attn_output', 'model.layers.{i}.self_attn.o_proj', 'hidden', 'queries'],
  ['blk.{i}.ffn_norm', 'model.layers.{i}.post_attention_layernorm', 'hidden'],
  ['blk.{i}.ffn_gate', 'model.layers.{i}.mlp.gate_proj', 'units', 'hidden'],
  ['blk.{i}.ffn_up', 'model.layers.{i}.mlp.up_proj', 'units', 'hidden'],
  ['blk.{i}.ffn_down', 'model.layers.{i}.mlp.down_proj', 'hidden', 'units'],
];

const LAYER = /(?<=^blk\.|^model\.layers\.)\d+(?=\.)/;

/** A tensor's name as the table has it, with {i}, and what is cut off: "blk.0.attn_q.bias" → blk.{i}.attn_q, 0, bias. */
export function partOf(name: string): { pattern: string; layer: string; suffix: string } | undefined {
  const match = /^(.+)\.(weight|bias)$/.exec(name);
  if (!match) return undefined;
  return { pattern: match[1].replace(LAYER, '{i}'), layer: LAYER.exec(match[1])?.[0] ?? '', suffix: match[2] };
}

/** A tensor's name on the other side, "blk.0.attn_q.weight" ↔ "model.layers.0.self_attn.q_proj.weight"; undefined when the family has no such part. */
export function translate(names: GgufFamily['names'], name: string, to: 'file' | 'huggingFace'): string | undefined {
  const part = partOf(name);
  if (!part) return undefined;
  const [from, into] = to === 'huggingFace' ? [0, 1] : [1, 0];
  const found = names.find((pair) => pair[from] === part.pattern)?.[into];
  return found === undefined ? undefined : `${found.replace('{i}', part.layer)}.${part.suffix}`;
}
