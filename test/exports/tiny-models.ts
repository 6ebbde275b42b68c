/** Models small enough to export in a test, of several families, with tokenizers that are real. */
import { readFileSync } from 'node:fs';
import { createTokenizer } from '../../src/main/data/tokenizers/huggingface.ts';
import type { Tokenizer } from '../../src/main/data/tokenizers/tokenizer.ts';
import { initLanguageModel, type LanguageModel } from '../../src/main/engine/models/language-model.ts';
import type { ExportSource } from '../../src/main/exports/export-format.ts';

export type Json = Readonly<Record<string, unknown>>;

const TOKENS = 400;

const base = {
  vocab_size: TOKENS,
  hidden_size: 64,
  intermediate_size: 96,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  head_dim: 16,
  max_position_embeddings: 64,
  rms_norm_eps: 1e-5,
  rope_parameters: { rope_type: 'default', rope_theta: 10_000 },
  tie_word_embeddings: false,
  initializer_range: 0.3,
  bos_token_id: 1,
  eos_token_id: 2,
  pad_token_id: null,
};

const scaled = (rope: Json): Json => ({ rope_parameters: { rope_theta: 500_000, ...rope } });

const gemma: Json = {
  ...base,
  tie_word_embeddings: true,
  sliding_window: 4,
  query_pre_attn_scalar: 16,
  hidden_activation: 'gelu_pytorch_tanh',
};

const gpt2: Json = {
  model_type: 'gpt2',
  vocab_size: TOKENS,
  n_embd: 64,
  n_layer: 2,
  n_head: 4,
  n_positions: 64,
  initializer_range: 0.3,
  bos_token_id: 1,
  eos_token_id: 2,
};

const gptNeox: Json = {
  model_type: 'gpt_neox',
  vocab_size: TOKENS,
  hidden_size: 64,
  intermediate_size: 96,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  max_position_embeddings: 64,
  rotary_pct: 0.25,
  initializer_range: 0.3,
  bos_token_id: 1,
  eos_token_id: 2,
};

/** config.json by what it is there for. */
export const CONFIGS: Readonly<Record<string, Json>> = {
  llama: { ...base, model_type: 'llama' },
  'llama, biases, odd head size': { ...base, model_type: 'llama', head_dim: 24, attention_bias: true, mlp_bias: true },
  'llama, tied, llama3 scaling': {
    ...base,
    model_type: 'llama',
    tie_word_embeddings: true,
    ...scaled({
      rope_type: 'llama3',
      factor: 8,
      low_freq_factor: 1,
      high_freq_factor: 4,
      original_max_position_embeddings: 32,
    }),
  },
  'llama, linear scaling': { ...base, model_type: 'llama', ...scaled({ rope_type: 'linear', factor: 4 }) },
  'llama, yarn': {
    ...base,
    model_type: 'llama',
    ...scaled({ rope_type: 'yarn', factor: 4, original_max_position_embeddings: 16 }),
  },
  qwen2: { ...base, model_type: 'qwen2' },
  qwen3: { ...base, model_type: 'qwen3' },
  gemma2: { ...gemma, model_type: 'gemma2', attn_logit_softcapping: 50, final_logit_softcapping: 30 },
  'gemma2, no caps, odd layers': {
    ...gemma,
    model_type: 'gemma2',
    query_pre_attn_scalar: 12,
    attn_logit_softcapping: null,
    final_logit_softcapping: null,
    layer_types: ['full_attention', 'sliding_attention'],
  },
  gemma3: {
    ...gemma,
    model_type: 'gemma3_text',
    num_hidden_layers: 7,
    initializer_range: 0.2,
    rope_local_base_freq: 500,
  },
  'gemma3, own head, cap, linear, pattern': {
    ...gemma,
    model_type: 'gemma3_text',
    num_hidden_layers: 3,
    tie_word_embeddings: false,
    query_pre_attn_scalar: 12,
    final_logit_softcapping: 5,
    layer_types: ['sliding_attention', 'full_attention', 'sliding_attention'],
    rope_parameters: {
      full_attention: { rope_type: 'linear', rope_theta: 10_000, factor: 4 },
      sliding_attention: { rope_type: 'default', rope_theta: 500 },
    },
  },
  gpt2,
  'gpt2, own head, scales by layer': {
    ...gpt2,
    tie_word_embeddings: false,
    n_inner: 96,
    scale_attn_by_inverse_layer_idx: true,
    activation_function: 'gelu',
  },
  gpt_neox: gptNeox,
  'gpt_neox, in turn, one matrix, no biases': {
    ...gptNeox,
    use_parallel_residual: false,
    tie_word_embeddings: true,
    attention_bias: false,
    rotary_pct: 0.5,
    hidden_act: 'gelu_new',
  },
};

/** What GGUF files cannot hold. */
export const OTHER_CONFIGS: Readonly<Record<string, Json>> = {
  mistral: { ...base, model_type: 'mistral', sliding_window: 4 },
};

const goldenJson = (name: string): Json =>
  JSON.parse(readFileSync(new URL(`../golden/tokenizers/${name}.json`, import.meta.url), 'utf8')) as Json;

export const goldenTokenizer = (name: string, config: Json = {}): Tokenizer =>
  createTokenizer({ tokenizer: goldenJson(name), config, template: null }, name);

export const TEMPLATE = "{% for m in messages %}<{{ m['role'] }}>{{ m['content'] }}{% endfor %}";

const MARKED_SPACES = { type: 'Split', pattern: { String: ' ' }, behavior: 'MergedWithPrevious', invert: false };
const TOKENS_OF = {
  bytes: { bos_token: '<|endoftext|>', eos_token: '<|endoftext|>', pad_token: '<|im_end|>' },
  pieces: { bos_token: '<s>', eos_token: '</s>', unk_token: '<unk>', pad_token: '</s>' },
};

/** A tokenizer of the kind that models of this family have: Gemma's cuts at spaces that are marked already. */
export function modelTokenizer({ model_type }: Json): Tokenizer {
  const isGemma = String(model_type).startsWith('gemma');
  const name = isGemma ? 'spm-bpe-no-prefix' : 'byte-bpe';
  const tokenizer = goldenJson(name);
  const own = isGemma ? { ...tokenizer, pre_tokenizer: MARKED_SPACES } : tokenizer;
  const config = isGemma ? TOKENS_OF.pieces : TOKENS_OF.bytes;
  return { ...createTokenizer({ tokenizer: own, config, template: null }, name), chatTemplate: TEMPLATE };
}

/** A model with seeded weights, and what exports are made of. */
export function tinySource(config: Json): { model: LanguageModel; source: ExportSource } {
  const model = initLanguageModel(config, 7);
  const tokenizer = { ...goldenTokenizer('byte-bpe'), chatTemplate: TEMPLATE };
  const shapes = new Map(model.specs.map(({ name, shape }) => [name, shape]));
  const source: ExportSource = {
    path: null,
    name: 'tiny',
    config,
    generationConfig: { eos_token_id: 2 },
    tensors: {
      names: () => [...model.weights.keys()],
      shape: (name) => shapes.get(name) ?? [],
      float32: (name) => model.weights.get(name) ?? new Float32Array(),
    },
    tokenizer,
    adapted: null,
    licence: { id: 'apache-2.0' },
  };
  return { model, source };
}
