/** llama2.c's v0 `.bin` (karpathy/llama2.c, run.c): seven int32, then float32 tensors in a fixed order. */
import { readFileSync, statSync } from 'node:fs';
import type { ModelFolder } from './model-folder.ts';
import { toHalfSplit } from './rotary-order.ts';
import { CheckpointError } from './safetensors.ts';

/** Models of this format are small; bounds what is read into memory. */
const MAX_BYTES = 2 ** 31 - 1;
const MAX_SIZE = 1 << 20;
const MAX_LAYERS = 1024;

interface Header {
  readonly hidden: number;
  readonly intermediate: number;
  readonly layers: number;
  readonly heads: number;
  readonly keyValueHeads: number;
  readonly vocabulary: number;
  readonly context: number;
  readonly sharedHead: boolean;
}

function readHeader(path: string, buffer: Buffer): Header {
  const [hidden, intermediate, layers, heads, keyValueHeads, vocabulary, context] = Array.from({ length: 7 }, (_, i) =>
    buffer.readInt32LE(4 * i),
  );
  const sizes = { hidden, intermediate, layers, heads, keyValueHeads, vocabulary: Math.abs(vocabulary), context };
  for (const [name, value] of Object.entries(sizes))
    if (value < 1 || value > MAX_SIZE)
      throw new CheckpointError(`${path}: not a llama2.c file: ${name} is ${value}, expected 1 to ${MAX_SIZE}`);
  if (layers > MAX_LAYERS)
    throw new CheckpointError(`${path}: not a llama2.c file: ${layers} layers, at most ${MAX_LAYERS}`);
  if (hidden % (2 * heads) !== 0 || heads % keyValueHeads !== 0)
    throw new CheckpointError(
      `${path}: width ${hidden}, ${heads} heads and ${keyValueHeads} key-value heads do not fit`,
    );
  return { ...sizes, sharedHead: vocabulary > 0 };
}

/** Tensors in file order: name, shape; `null` = tables this engine computes itself. */
function layout(h: Header): [string, number[]][] {
  const kv = (h.hidden / h.heads) * h.keyValueHeads;
  const perLayer = (part: string, shape: number[]): [string, number[]][] =>
    Array.from({ length: h.layers }, (_, i) => [`model.layers.${i}.${part}.weight`, shape]);
  return [
    ['model.embed_tokens.weight', [h.vocabulary, h.hidden]],
    ...perLayer('input_layernorm', [h.hidden]),
    ...perLayer('self_attn.q_proj', [h.hidden, h.hidden]),
    ...perLayer('self_attn.k_proj', [kv, h.hidden]),
    ...perLayer('self_attn.v_proj', [kv, h.hidden]),
    ...perLayer('self_attn.o_proj', [h.hidden, h.hidden]),
    ...perLayer('post_attention_layernorm', [h.hidden]),
    ...perLayer('mlp.gate_proj', [h.intermediate, h.hidden]),
    ...perLayer('mlp.down_proj', [h.hidden, h.intermediate]),
    ...perLayer('mlp.up_proj', [h.intermediate, h.hidden]),
    ['model.norm.weight', [h.hidden]],
    ['', [2, h.context, h.hidden / h.heads / 2]], // cos and sin, recomputed from theta
    ...(h.sharedHead ? [] : ([['lm_head.weight', [h.vocabulary, h.hidden]]] as [string, number[]][])),
  ];
}

/** Reads the whole file. `tokenizerPath` is the tok512.bin beside it, when the caller names one. */
export function readLlama2c(path: string, tokenizerPath: string | null): ModelFolder {
  const { size } = statSync(path);
  if (size < 28 || size > MAX_BYTES)
    throw new CheckpointError(`${path}: ${size} bytes; a llama2.c file has 28 to ${MAX_BYTES}`);
  const buffer = readFileSync(path);
  const header = readHeader(path, buffer);
  const parts = layout(header);
  const needed = 28 + 4 * parts.reduce((sum, [, shape]) => sum + shape.reduce((a, b) => a * b, 1), 0);
  if (needed !== size) throw new CheckpointError(`${path}: its header asks for ${needed} bytes, the file has ${size}`);
  const all = new Float32Array(buffer.buffer.slice(buffer.byteOffset + 28, buffer.byteOffset + size));
  const headSize = header.hidden / header.heads;
  const tensors = new Map<string, { shape: number[]; data: Float32Array }>();
  let at = 0;
  for (const [name, shape] of parts) {
    const count = shape.reduce((a, b) => a * b, 1);
    const data = all.slice(at, at + count);
    at += count;
    // rows are moved, so that a saved folder loads in transformers and one RoPE serves both
    const rotary = name.includes('q_proj') || name.includes('k_proj');
    if (name) tensors.set(name, { shape, data: rotary ? toHalfSplit(data, shape[0], headSize) : data });
  }
  const tensor = (name: string) => {
    const found = tensors.get(name);
    if (!found) throw new CheckpointError(`${path}: there is no tensor "${name}"`);
    return found;
  };
  return {
    path,
    config: configOf(header),
    generationConfig: { bos_token_id: 1, eos_token_id: [1, 2] },
    tensors: {
      names: () => [...tensors.keys()],
      shape: (name) => tensor(name).shape,
      float32: (name) => tensor(name).data.slice(),
    },
    tokenizerPath,
    bytes: size,
  };
}

const configOf = (h: Header): Record<string, unknown> => ({
  architectures: ['LlamaForCausalLM'],
  model_type: 'llama',
  hidden_size: h.hidden,
  intermediate_size: h.intermediate,
  num_hidden_layers: h.layers,
  num_attention_heads: h.heads,
  num_key_value_heads: h.keyValueHeads,
  head_dim: h.hidden / h.heads,
  vocab_size: h.vocabulary,
  max_position_embeddings: h.context,
  rms_norm_eps: 1e-5,
  rope_parameters: { rope_theta: 10_000, rope_type: 'default' },
  tie_word_embeddings: h.sharedHead,
  hidden_act: 'silu',
  attention_bias: false,
  mlp_bias: false,
  bos_token_id: 1,
  eos_token_id: 2,
  dtype: 'float32',
});
