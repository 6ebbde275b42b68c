/** llama in a GGUF file; biases exist where their tensors do, rows of queries and keys lie as neighbouring pairs, a sliding window makes it a mistral. */
import { SLIDING_WINDOW, slidingWindow } from '../window.ts';
import { ATTENTION_BIASES, DECODER_NAMES, type GgufFamily, oddParts, rotatedRows, SILU } from './family.ts';

export const llama: GgufFamily = {
  id: 'llama',
  modelType: 'llama',
  writes: ['llama', 'mistral', 'ministral'],
  className: 'LlamaForCausalLM',
  names: DECODER_NAMES,
  layout: rotatedRows,
  biases: [ATTENTION_BIASES, { flag: 'mlp_bias', parts: ['blk.{i}.ffn_gate', 'blk.{i}.ffn_up', 'blk.{i}.ffn_down'] }],
  ownKeys: [SLIDING_WINDOW],
  config(fields) {
    const window = slidingWindow(fields);
    return window === null
      ? {}
      : { model_type: 'mistral', architectures: ['MistralForCausalLM'], sliding_window: window };
  },
  odd: (config) => [
    oddParts.activation(config, SILU),
    oddParts.windows(config),
    oddParts.caps(config),
    oddParts.embedding(config),
    oddParts.interleaved(config),
  ],
};
