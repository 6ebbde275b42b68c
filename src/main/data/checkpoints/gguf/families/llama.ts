/** llama in a GGUF file; biases exist where their tensors do, rows of queries and keys lie as neighbouring pairs. */
import { DECODER_NAMES, type GgufFamily, oddParts, rotatedRows, SILU } from './family.ts';

export const llama: GgufFamily = {
  id: 'llama',
  modelType: 'llama',
  writes: ['llama', 'mistral', 'ministral'],
  className: 'LlamaForCausalLM',
  names: DECODER_NAMES,
  layout: rotatedRows,
  config: (_, { tensors }) => ({
    attention_bias: tensors.has('blk.0.attn_q.bias'),
    mlp_bias: tensors.has('blk.0.ffn_gate.bias'),
  }),
  odd: (config) => [
    oddParts.activation(config, SILU),
    oddParts.windows(config),
    oddParts.caps(config),
    oddParts.embedding(config),
    oddParts.interleaved(config),
  ],
};
