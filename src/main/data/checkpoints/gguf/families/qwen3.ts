/** qwen3 in a GGUF file: norms on queries and keys, rows as at Hugging Face. */
import { SLIDING_WINDOW, withoutWindow } from '../window.ts';
import { ATTENTION_BIASES, DECODER_NAMES, type GgufFamily, HEAD_NORM_NAMES, oddParts, SILU } from './family.ts';

export const qwen3: GgufFamily = {
  id: 'qwen3',
  modelType: 'qwen3',
  writes: ['qwen3'],
  className: 'Qwen3ForCausalLM',
  names: [...DECODER_NAMES, ...HEAD_NORM_NAMES],
  biases: [ATTENTION_BIASES],
  ownKeys: [SLIDING_WINDOW],
  config: withoutWindow,
  odd: (config) => [
    oddParts.activation(config, SILU),
    oddParts.windows(config),
    oddParts.interleaved(config),
    oddParts.outputBias(config),
  ],
};
