/** A GGUF file as a model: its metadata as config.json, its tensors as float32 under their Hugging Face names. */
import type { ModelFolder } from '../model-folder.ts';
import { type GgufFamily, type SharedConfig, translate } from './families/family.ts';
import { ggufFamilies } from './families/index.ts';
import type { HeadSizes } from './families/layouts.ts';
import { type Fields, fieldsOf } from './fields.ts';
import { type GgufHeader, type GgufTensor, readGgufHeader, readGgufTensor } from './header.ts';
import { ROPE_FACTORS, ropeParameters } from './rope.ts';

/**
 * Keys (after the architecture's name) that change what is computed, with the value that changes nothing: any other is refused, not ignored.
 * Keys of llama.cpp's gguf/constants.py.
 */
const NEUTRAL: readonly (readonly [key: string, neutral: unknown])[] = [
  ['expert_count', 0],
  ['expert_used_count', 0],
  ['use_parallel_residual', false],
  ['attention.causal', true],
  ['attention.scale', 0],
  ['attention.clamp_kqv', 0],
  ['attention.max_alibi_bias', 0],
  ['attention.sliding_window', 0],
  ['attn_logit_softcapping', 0],
  ['final_logit_softcapping', 0],
  ['logit_scale', 0],
  ['embedding_scale', 0],
  ['residual_scale', 0],
  ['swin_norm', false],
];

/** Reads metadata now, tensors when asked for. Throws CheckpointError that names the file and what is wrong or not supported. */
export function readGguf(path: string): ModelFolder {
  const header = readGgufHeader(path);
  const fields = fieldsOf(header);
  const architecture = fields.text('general.architecture');
  if (!ggufFamilies.has(architecture))
    fields.fail(
      `the architecture "${architecture}" is not supported in GGUF files; supported: ${ggufFamilies.all.map((f) => f.id).join(', ')}`,
    );
  const family = ggufFamilies.get(architecture);
  for (const [key, neutral] of NEUTRAL)
    if (!family.ownKeys?.includes(key)) checkNeutral(fields, `${architecture}.${key}`, neutral);
  const { config, sizes } = configOf(family, fields, header);
  return {
    path,
    config,
    generationConfig: generationConfigOf(fields),
    tensors: tensorSource(family, fields, header, sizes),
    tokenizerPath: header.metadata.has('tokenizer.ggml.model') ? path : null,
    bytes: header.fileBytes,
  };
}

function checkNeutral(fields: Fields, key: string, neutral: unknown): void {
  const value = fields.raw(key);
  // a factor of 1 changes as little as one that is not set
  if (value === undefined || value === neutral || (key.endsWith('_scale') && value === 1)) return;
  fields.fail(`"${key}" is ${String(value)}: this part is not supported`);
}

const specialIds = (fields: Fields) => {
  const id = (name: string) => fields.optionalCount(`tokenizer.ggml.${name}_token_id`) ?? null;
  return { bos: id('bos'), eos: id('eos'), pad: id('padding'), turn: id('eot') };
};

function configOf(
  family: GgufFamily,
  fields: Fields,
  header: GgufHeader,
): { config: Record<string, unknown>; sizes: HeadSizes } {
  const count = (key: string) => fields.count(`${family.id}.${key}`);
  const optional = (key: string) => fields.optionalCount(`${family.id}.${key}`);
  const hidden = count('embedding_length');
  const heads = count('attention.head_count');
  const headSize = optional('attention.key_length') ?? optional('rope.dimension_count') ?? Math.floor(hidden / heads);
  const valueSize = optional('attention.value_length') ?? headSize;
  if (valueSize !== headSize) fields.fail(`values of ${valueSize} beside keys of ${headSize} are not supported`);
  const context = count('context_length');
  const embedding = header.tensors.get('token_embd.weight');
  if (embedding?.shape.length !== 2)
    return fields.fail('the tensor "token_embd.weight" [vocabulary, hidden] is missing');
  const { bos, eos, pad } = specialIds(fields);
  const shared: SharedConfig = {
    hidden_size: hidden,
    intermediate_size: count('feed_forward_length'),
    num_hidden_layers: count('block_count'),
    num_attention_heads: heads,
    num_key_value_heads: optional('attention.head_count_kv') ?? heads,
    head_dim: headSize,
    max_position_embeddings: context,
    rope_parameters: ropeParameters(fields, header, { headSize, context, partly: family.rotatesPartly ?? false }),
  };
  const config = withoutUnset({
    architectures: [family.className],
    model_type: family.modelType,
    vocab_size: embedding.shape[0],
    ...shared,
    rms_norm_eps: fields.number(`${family.id}.attention.layer_norm_rms_epsilon`, 1e-5),
    tie_word_embeddings: !header.tensors.has('output.weight'),
    hidden_act: 'silu',
    ...family.config(fields, header, shared),
    bos_token_id: bos,
    eos_token_id: eos,
    pad_token_id: pad,
    dtype: 'float32',
  });
  return { config, sizes: { heads, headSize } };
}

const withoutUnset = (config: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(config).filter(([, value]) => value !== undefined));

/** Tokens that end an answer: the end of a text, and of a turn where the file names one. */
function generationConfigOf(fields: Fields): Record<string, unknown> {
  const { bos, eos, pad, turn } = specialIds(fields);
  const ends = [...new Set([eos, turn].filter((id) => id !== null))];
  return {
    ...(bos === null ? {} : { bos_token_id: bos }),
    ...(ends.length === 0 ? {} : { eos_token_id: ends.length === 1 ? ends[0] : ends }),
    ...(pad === null ? {} : { pad_token_id: pad }),
  };
}

function tensorSource(
  family: GgufFamily,
  fields: Fields,
  header: GgufHeader,
  sizes: HeadSizes,
): ModelFolder['tensors'] {
  const byName = new Map<string, GgufTensor>();
  for (const tensor of header.tensors.values()) {
    if (tensor.name === ROPE_FACTORS) continue;
    // a name the family does not know stays as it is, so that the model's loader refuses it by that name
    byName.set(translate(family.names, tensor.name, 'huggingFace') ?? tensor.name, tensor);
  }
  const of = (name: string) => byName.get(name) ?? fields.fail(`there is no tensor for "${name}"`);
  const layoutOf = (name: string) => family.layout?.(name, sizes);
  const shapeOf = (name: string) => layoutOf(name)?.ownShape(of(name).shape) ?? of(name).shape;
  return {
    names: () => [...byName.keys()],
    shape: shapeOf,
    float32(name) {
      const values = readGgufTensor(header, of(name));
      return layoutOf(name)?.fromFile(values, shapeOf(name)) ?? values;
    },
  };
}
