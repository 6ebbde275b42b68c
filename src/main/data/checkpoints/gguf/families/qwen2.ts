/** qwen2 in a GGUF file: biases on queries, keys and values, rows as at Hugging Face. */
import { DECODER_NAMES, type GgufFamily } from './family.ts';

export const qwen2: GgufFamily = {
  id: 'qwen2',
  modelType: 'qwen2',
  writes: ['qwen2'],
  className: 'Qwen2ForCausalLM',
  neighbouringRows: false,
  names: DECODER_NAMES,
  config: () => ({ use_sliding_window: false }),
};
