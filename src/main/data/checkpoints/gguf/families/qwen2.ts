/** qwen2 in a GGUF file: biases on queries, keys and values, rows as at Hugging Face. */
import { SLIDING_WINDOW, withoutWindow } from '../window.ts';
import { DECODER_NAMES, type GgufFamily, oddParts, SILU } from './family.ts';

export const qwen2: GgufFamily = {
  id: 'qwen2',
  modelType: 'qwen2',
  writes: ['qwen2'],
  className: 'Qwen2ForCausalLM',
  names: DECODER_NAMES,
  biases: [{ flag: null, parts: ['blk.{i}.attn_q', 'blk.{i}.attn_k', 'blk.{i}.attn_v'] }],
  ownKeys: [SLIDING_WINDOW],
  config: withoutWindow,
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
