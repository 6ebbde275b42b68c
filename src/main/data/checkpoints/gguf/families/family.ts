/** What a model family is in a GGUF file: its name there, its tensors' names, and how its metadata becomes a config.json. */
import type { Named } from '../../../../base/registry.ts';
import type { Fields } from '../fields.ts';
import type { GgufHeader } from '../header.ts';

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
  /** Names without ".weight" or ".bias", in the file and at Hugging Face; {i} is a layer's number. */
  readonly names: readonly (readonly [file: string, huggingFace: string])[];
  /** What config.json has besides the fields every family shares. */
  config(fields: Fields, header: GgufHeader): Readonly<Record<string, unknown>>;
}

/** The tensors of a decoder with gated units, as llama, qwen2 and qwen3 have them. */
export const DECODER_NAMES: GgufFamily['names'] = [
  ['token_embd', 'model.embed_tokens'],
  ['output_norm', 'model.norm'],
  ['output', 'lm_head'],
  ['blk.{i}.attn_norm', 'model.layers.{i}.input_layernorm'],
  ['blk.{i}.attn_q', 'model.layers.{i}.self_attn.q_proj'],
  ['blk.{i}.attn_k', 'model.layers.{i}.self_attn.k_proj'],
  ['blk.{i}.attn_v', 'model.layers.{i}.self_attn.v_proj'],
  ['blk.{i}.attn_output', 'model.layers.{i}.self_attn.o_proj'],
  ['blk.{i}.ffn_norm', 'model.layers.{i}.post_attention_layernorm'],
  ['blk.{i}.ffn_gate', 'model.layers.{i}.mlp.gate_proj'],
  ['blk.{i}.ffn_up', 'model.layers.{i}.mlp.up_proj'],
  ['blk.{i}.ffn_down', 'model.layers.{i}.mlp.down_proj'],
];

const LAYER = /(?<=^blk\.|^model\.layers\.)\d+(?=\.)/;

/** A tensor's name on the other side, "blk.0.attn_q.weight" ↔ "model.layers.0.self_attn.q_proj.weight"; undefined when the family has no such part. */
export function translate(names: GgufFamily['names'], name: string, to: 'file' | 'huggingFace'): string | undefined {
  const match = /^(.+)\.(weight|bias)$/.exec(name);
  if (!match) return undefined;
  const layer = LAYER.exec(match[1])?.[0];
  const pattern = match[1].replace(LAYER, '{i}');
  const [from, into] = to === 'huggingFace' ? [0, 1] : [1, 0];
  const found = names.find((pair) => pair[from] === pattern)?.[into];
  return found === undefined ? undefined : `${found.replace('{i}', layer ?? '')}.${match[2]}`;
}
