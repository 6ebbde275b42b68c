/** llama in a GGUF file; biases exist where their tensors do, and a sliding window makes it a mistral. */
import { slidingWindow } from '../window.ts';
import { ATTENTION_BIASES, DECODER_NAMES, type GgufFamily } from './family.ts';

export const llama: GgufFamily = {
  id: 'llama',
  modelType: 'llama',
  writes: ['llama', 'mistral'],
  className: 'LlamaForCausalLM',
  neighbouringRows: true,
  names: DECODER_NAMES,
  biases: [ATTENTION_BIASES, { flag: 'mlp_bias', parts: ['blk.{i}.ffn_gate', 'blk.{i}.ffn_up', 'blk.{i}.ffn_down'] }],
  config(fields) {
    const window = slidingWindow(fields);
    return window === null
      ? {}
      : { model_type: 'mistral', architectures: ['MistralForCausalLM'], sliding_window: window };
  },
};
