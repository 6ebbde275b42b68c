/** gptneox in a GGUF file: attention and unit side by side or in turn, a part of each head rotated, queries, keys and values of all heads apart. */
import {
  activationMetadata,
  activationOf,
  EXACT_GELU,
  type FilledTensor,
  type GgufFamily,
  oddParts,
  TANH_GELU,
} from './family.ts';
import { partsApart } from './layouts.ts';

const EPSILON = 'attention.layer_norm_epsilon';
const PARALLEL = 'use_parallel_residual';
const ROTATED = 'rope.dimension_count';

export const gptneox: GgufFamily = {
  id: 'gptneox',
  modelType: 'gpt_neox',
  writes: ['gpt_neox'],
  className: 'GPTNeoXForCausalLM',
  names: [
    ['token_embd', 'gpt_neox.embed_in', 'vocabulary', 'hidden'],
    ['output_norm', 'gpt_neox.final_layer_norm', 'hidden'],
    ['output', 'embed_out', 'vocabulary', 'hidden'],
    ['blk.{i}.attn_norm', 'gpt_neox.layers.{i}.input_layernorm', 'hidden'],
    ['blk.{i}.attn_qkv', 'gpt_neox.layers.{i}.attention.query_key_value', 'fused', 'hidden'],
    ['blk.{i}.attn_output', 'gpt_neox.layers.{i}.attention.dense', 'hidden', 'hidden'],
    ['blk.{i}.ffn_norm', 'gpt_neox.layers.{i}.post_attention_layernorm', 'hidden'],
    ['blk.{i}.ffn_up', 'gpt_neox.layers.{i}.mlp.dense_h_to_4h', 'units', 'hidden'],
    ['blk.{i}.ffn_down', 'gpt_neox.layers.{i}.mlp.dense_4h_to_h', 'hidden', 'units'],
  ],
  biases: [
    {
      flag: null,
      parts: ['output_norm', 'blk.{i}.attn_norm', 'blk.{i}.ffn_norm', 'blk.{i}.ffn_up', 'blk.{i}.ffn_down'],
    },
    { flag: 'attention_bias', parts: ['blk.{i}.attn_qkv', 'blk.{i}.attn_output'] },
  ],
  epsilonKey: EPSILON,
  layout: (name, sizes) => (/\.query_key_value\.(weight|bias)$/.test(name) ? partsApart(sizes) : undefined),
  ownKeys: [PARALLEL],
  rotatesPartly: true,
  config(fields, _, shared) {
    const rotated = fields.optionalCount(`gptneox.${ROTATED}`) ?? shared.head_dim;
    return {
      num_key_value_heads: undefined,
      head_dim: undefined,
      rms_norm_eps: undefined,
      layer_norm_eps: fields.number(`gptneox.${EPSILON}`, 1e-5),
      use_parallel_residual: fields.flag(`gptneox.${PARALLEL}`, true),
      hidden_act: activationOf(fields, 'gptneox', 'gelu_new'),
      rope_parameters: { ...shared.rope_parameters, partial_rotary_factor: shareOf(rotated, shared.head_dim) },
    };
  },
  metadata: (config) => [
    [EPSILON, { f32: config.normEpsilon }],
    [PARALLEL, { bool: config.raw.use_parallel_residual !== false }],
    ...activationMetadata(config),
  ],
  odd: (config) => [
    oddParts.activation(config, [...TANH_GELU, ...EXACT_GELU]),
    oddParts.interleaved(config),
    [config.rope === null, 'attention without positions'],
  ],
  filled: ({ layers, hidden, vocabulary, tiedHead, qkvBias }) => [
    ...(tiedHead ? [{ name: 'embed_out.weight', shape: [vocabulary, hidden], from: 'gpt_neox.embed_in.weight' }] : []),
    ...(qkvBias ? [] : Array.from({ length: layers }, (_, i) => zeroBiases(i, hidden)).flat()),
  ],
};

/** A share of a head that gives `rotated` elements again, rounded down. */
function shareOf(rotated: number, headSize: number): number {
  const share = rotated / headSize;
  return Math.floor(headSize * share) === rotated ? share : (rotated + 0.25) / headSize;
}

const zeroBiases = (i: number, hidden: number): FilledTensor[] => [
  { name: `gpt_neox.layers.${i}.attention.query_key_value.bias`, shape: [3 * hidden] },
  { name: `gpt_neox.layers.${i}.attention.dense.bias`, shape: [hidden] },
];
