/** qwen3 in a GGUF file: norms on queries and keys, rows as at Hugging Face. */
import { withoutWindow } from '../window.ts';
import { ATTENTION_BIASES, DECODER_NAMES, type GgufFamily } from './family.ts';

export const qwen3: GgufFamily = {
  id: 'qwen3',
  modelType: 'qwen3',
  writes: ['qwen3'],
  className: 'Qwen3ForCausalLM',
  neighbouringRows: false,
  names: [
    ...DECODER_NAMES,
    ['blk.{i}.attn_q_norm', 'model.layers.{i}.self_attn.q_norm', 'head'],
    ['blk.{i}.attn_k_norm', 'model.layers.{i}.self_attn.k_norm', 'head'],
  ],
  biases: [ATTENTION_BIASES],
  config: withoutWindow,
};
