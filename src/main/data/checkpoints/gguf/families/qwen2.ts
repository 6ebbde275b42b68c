/** qwen2 in a GGUF file: biases on queries, keys and values, rows as at Hugging Face. */
import { DECODER_NAMES, type GgufFamily, oddParts, SILU } from './family.ts';

export const qwen2: GgufFamily = {
  id: 'qwen2',
  modelType: 'qwen2',
  writes: ['qwen2'],
  className: 'Qwen2ForCausalLM',
  names: DECODER_NAMES,
  config: () => ({ use_sliding_window: false }),
  odd: (config) => [
    oddParts.activation(config, SILU),
    oddParts.windows(config),
    oddParts.interleaved(config),
    [
      config.heads * config.headSize !== config.hidden,
      `heads of ${config.headSize} that do not add up to the width of ${config.hidden}`,
    ],
  ],
};
