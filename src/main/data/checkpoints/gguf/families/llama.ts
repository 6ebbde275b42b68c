/** llama in a GGUF file; biases exist where their tensors do. */
import { DECODER_NAMES, type GgufFamily } from './family.ts';

export const llama: GgufFamily = {
  id: 'llama',
  modelType: 'llama',
  writes: ['llama', 'mistral'],
  className: 'LlamaForCausalLM',
  neighbouringRows: true,
  names: DECODER_NAMES,
  config: (_, { tensors }) => ({
    attention_bias: tensors.has('blk.0.attn_q.bias'),
    mlp_bias: tensors.has('blk.0.ffn_gate.bias'),
  }),
};
