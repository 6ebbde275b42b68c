/** gpt2 in a GGUF file: learnt positions, fused queries, keys and values, matrices turned. */
import { activationMetadata, activationOf, EXACT_GELU, type GgufFamily, oddParts, TANH_GELU } from './family.ts';
import { transposed } from './layouts.ts';

const EPSILON = 'attention.layer_norm_epsilon';

export const gpt2: GgufFamily = {
  id: 'gpt2',
  modelType: 'gpt2',
  writes: ['gpt2'],
  className: 'GPT2LMHeadModel',
  names: [
    ['token_embd', 'transformer.wte', 'vocabulary', 'hidden'],
    ['position_embd', 'transformer.wpe', 'context', 'hidden'],
    ['output_norm', 'transformer.ln_f', 'hidden'],
    ['output', 'lm_head', 'vocabulary', 'hidden'],
    ['blk.{i}.attn_norm', 'transformer.h.{i}.ln_1', 'hidden'],
    ['blk.{i}.attn_qkv', 'transformer.h.{i}.attn.c_attn', 'fused', 'hidden'],
    ['blk.{i}.attn_output', 'transformer.h.{i}.attn.c_proj', 'hidden', 'hidden'],
    ['blk.{i}.ffn_norm', 'transformer.h.{i}.ln_2', 'hidden'],
    ['blk.{i}.ffn_up', 'transformer.h.{i}.mlp.c_fc', 'units', 'hidden'],
    ['blk.{i}.ffn_down', 'transformer.h.{i}.mlp.c_proj', 'hidden', 'units'],
  ],
  biases: [
    {
      flag: null,
      parts: [
        'output_norm',
        'blk.{i}.attn_norm',
        'blk.{i}.attn_qkv',
        'blk.{i}.attn_output',
        'blk.{i}.ffn_norm',
        'blk.{i}.ffn_up',
        'blk.{i}.ffn_down',
      ],
    },
  ],
  epsilonKey: EPSILON,
  layout: (name) => (/\.c_(attn|proj|fc)\.weight$/.test(name) ? transposed : undefined),
  config: (fields, _, shared) => ({
    hidden_size: undefined,
    intermediate_size: undefined,
    num_hidden_layers: undefined,
    num_attention_heads: undefined,
    num_key_value_heads: undefined,
    head_dim: undefined,
    max_position_embeddings: undefined,
    rms_norm_eps: undefined,
    rope_parameters: undefined,
    hidden_act: undefined,
    n_embd: shared.hidden_size,
    n_inner: shared.intermediate_size,
    n_layer: shared.num_hidden_layers,
    n_head: shared.num_attention_heads,
    n_positions: shared.max_position_embeddings,
    layer_norm_epsilon: fields.number(`gpt2.${EPSILON}`, 1e-5),
    activation_function: activationOf(fields, 'gpt2', 'gelu_new'),
  }),
  metadata: (config) => [[EPSILON, { f32: config.normEpsilon }], ...activationMetadata(config)],
  odd: (config) => [oddParts.activation(config, [...TANH_GELU, ...EXACT_GELU])],
};
