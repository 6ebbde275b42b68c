/** qwen2 in a GGUF file: biases on queries, keys and values, rows as at Hugging Face. */
import { withoutWindow } from '../window.ts';
import { DECODER_NAMES, type GgufFamily } from './family.ts';

export const qwen2: GgufFamily = {
  id: 'qwen2',
  modelType: 'qwen2',
  writes: ['qwen2'],
  className: 'Qwen2ForCausalLM',
  neighbouringRows: false,
  names: DECODER_NAMES,
  biases: [{ flag: null, parts: ['blk.{i}.attn_q', 'blk.{i}.attn_k', 'blk.{i}.attn_v'] }],
  config: withoutWindow,
};
