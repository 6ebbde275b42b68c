/** A GGUF file as a model: its metadata as config.json, its tensors as float32 under their Hugging Face names. */
import { endTokens } from '../../tokenizers/gguf/end-tokens.ts';
import type { ModelFolder } from '../model-folder.ts';
import { type GgufFamily, partOf, type SharedConfig, translate } from './families/family.ts';
import { ggufFamilies } from './families/index.ts';
import type { HeadSizes } from './families/layouts.ts';
import { type Fields, fieldsOf } from './fields.ts';
import { type GgufHeader, type GgufTensor, readGgufTensor } from './header.ts';
import { isRotation, ropeParameters } from './rope.ts';
import { readGgufParts } from './shards.ts';
import { checkTensors, missingBiases } from './tensors.ts';

/**
 * Keys (after the architecture's name) that change what is computed, with the values that change nothing: any other is refused, not ignored.
 * Keys of llama.cpp's gguf/constants.py.
 */
const NEUTRAL: readonly (readonly [key: string, ...neutral: unknown[]])[] = [
  ['expert_count', 0],
  ['expert_used_count', 0],
  ['use_parallel_residual', false],
  ['nextn_predict_layers', 0],
  ['hidden_activation', 'silu'],
  ['attention.causal', true],
  ['attention.scale', 0],
  ['attention.clamp_kqv', 0],
  ['attention.max_alibi_bias', 0],
  ['attention.temperature_length', 0],
  ['attention.temperature_scale', 0],
  ['attention.output_scale', 0, 1],
  ['attention.value_scale', 0, 1],
  ['attention.shared_kv_layers', 0],
  ['attention.sliding_window', 0],
  // Gemma 2's numbers are what llama.cpp writes into every file that it saves, and reads for other families alone
  ['attn_logit_softcapping', 0, 50],
  ['final_logit_softcapping', 0, 30],
  // a factor of 1 changes as little as one that is not set
  ['logit_scale', 0, 1],
  ['embedding_scale', 0, 1],
  ['residual_scale', 0, 1],
  ['swin_norm', false],
  ['rope.scaling.alpha', 0],
  ['rope.dimension_sections', 0],
];

/**
 * Reads metadata now, tensors when asked for; `tokenizer` names another than the file's own. Throws CheckpointError that names the file and what is wrong or
 * not supported.
 */
export function readGguf(path: string, tokenizer: string | null = null): ModelFolder {
  const header = readGgufParts(path);
  const fields = fieldsOf(header);
  const architecture = fields.text('general.architecture');
  if (!ggufFamilies.has(architecture))
    fields.fail(
      `the architecture "${architecture}" is not supported in GGUF files; supported: ${ggufFamilies.all.map((f) => f.id).join(', ')}`,
    );
  const family = ggufFamilies.get(architecture);
  for (const [key, ...neutral] of NEUTRAL)
    if (!family.ownKeys?.includes(key)) checkNeutral(fields, `${architecture}.${key}`, neutral);
  const { config, sizes } = configOf(family, fields, header);
  checkTensors(family, fields, header, config);
  return {
    path,
    config,
    generationConfig: generationConfigOf(fields),
    tensors: tensorSource(family, fields, header, sizes),
    tokenizerPath: tokenizer ?? (hasTokenizer(fields) ? path : null),
    bytes: header.fileBytes,
  };
}

/** llama.cpp writes "no_vocab" for a model without one. */
function hasTokenizer(fields: Fields): boolean {
  const kind = fields.optionalText('tokenizer.ggml.model');
  return kind !== undefined && kind !== 'no_vocab' && kind !== 'none';
}

function checkNeutral(fields: Fields, key: string, neutral: readonly unknown[]): void {
  const value = fields.raw(key);
  const all = Array.isArray(value) ? value : [value];
  if (value === undefined || all.every((one) => neutral.includes(one))) return;
  fields.fail(`"${key}" is ${String(value)}: this part is not supported`);
}

const specialIds = (fields: Fields) => {
  const id = (name: string) => fields.optionalCount(`tokenizer.ggml.${name}_token_id`) ?? null;
  return { bos: id('bos'), eos: id('eos'), pad: id('padding') };
};

function configOf(
  family: GgufFamily,
  fields: Fields,
  header: GgufHeader,
): { config: Record<string, unknown>; sizes: HeadSizes } {
  const count = (key: string) => fields.count(`${family.id}.${key}`);
  const each = (key: string) => fields.optionalSameCount(`${family.id}.${key}`);
  const needed = (key: string) => each(key) ?? count(key);
  const optional = (key: string) => fields.optionalCount(`${family.id}.${key}`);
  const hidden = count('embedding_length');
  const heads = needed('attention.head_count');
  if (heads === 0) fields.fail(`"${family.id}.attention.head_count" is 0: layers without attention are not supported`);
  const headSize = optional('attention.key_length') ?? optional('rope.dimension_count') ?? Math.floor(hidden / heads);
  const valueSize = optional('attention.value_length') ?? headSize;
  if (valueSize !== headSize) fields.fail(`values of ${valueSize} beside keys of ${headSize} are not supported`);
  const context = count('context_length');
  const embedding = header.tensors.get('token_embd.weight');
  if (embedding?.shape.length !== 2)
    return fields.fail('the tensor "token_embd.weight" [vocabulary, hidden] is missing');
  const tokens = fields.raw('tokenizer.ggml.tokens');
  if (Array.isArray(tokens) && tokens.length > embedding.shape[0])
    fields.fail(`"tokenizer.ggml.tokens" has ${tokens.length} entries, "token_embd.weight" ${embedding.shape[0]} rows`);
  const { bos, eos, pad } = specialIds(fields);
  const shared: SharedConfig = {
    hidden_size: hidden,
    intermediate_size: needed('feed_forward_length'),
    num_hidden_layers: count('block_count'),
    num_attention_heads: heads,
    num_key_value_heads: each('attention.head_count_kv') ?? heads,
    head_dim: headSize,
    max_position_embeddings: context,
    rope_parameters: ropeParameters(fields, header, { headSize, context, partly: family.rotatesPartly ?? false }),
  };
  const epsilon = `${family.id}.attention.layer_norm_rms_epsilon`;
  const config = withoutUnset({
    architectures: [family.className],
    model_type: family.modelType,
    vocab_size: embedding.shape[0],
    ...shared,
    rms_norm_eps: fields.number(epsilon, 0),
    tie_word_embeddings: !header.tensors.has('output.weight'),
    hidden_act: 'silu',
    ...biasFlags(family, header),
    ...family.config(fields, header, shared),
    bos_token_id: bos,
    eos_token_id: eos,
    pad_token_id: pad,
    dtype: 'float32',
  });
  if (config.rms_norm_eps !== undefined && fields.raw(epsilon) === undefined)
    fields.fail(`the metadata "${epsilon}" is missing`);
  return { config, sizes: { heads, headSize } };
}

const withoutUnset = (config: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(config).filter(([, value]) => value !== undefined));

/** Which groups of biases the file has some of. */
const biasFlags = (family: GgufFamily, { tensors }: GgufHeader): Record<string, boolean> =>
  Object.fromEntries(
    (family.biases ?? []).flatMap(({ flag, parts }) =>
      flag === null ? [] : [[flag, [...tensors.keys()].some((name) => isBiasOf(parts, name))]],
    ),
  );

function isBiasOf(parts: readonly string[], name: string): boolean {
  const part = partOf(name);
  return part?.suffix === 'bias' && parts.includes(part.pattern);
}

function generationConfigOf(fields: Fields): Record<string, unknown> {
  const { bos, pad } = specialIds(fields);
  const ends = endTokens(fields);
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
  for (const tensor of header.tensors.values())
    if (!isRotation(tensor.name))
      // a name the family does not know stays as it is, so that the model's loader refuses it by that name
      byName.set(translate(family.names, tensor.name, 'huggingFace') ?? tensor.name, tensor);
  const zeros = missingBiases(family, header);
  const of = (name: string) => byName.get(name) ?? fields.fail(`there is no tensor for "${name}"`);
  const layoutOf = (name: string) => family.layout?.(name, sizes);
  const shapeOf = (name: string) => zeros.get(name) ?? layoutOf(name)?.ownShape(of(name).shape) ?? of(name).shape;
  return {
    names: () => [...byName.keys(), ...zeros.keys()],
    shape: shapeOf,
    float32(name) {
      const zero = zeros.get(name);
      if (zero) return new Float32Array(zero[0]);
      const values = readGgufTensor(of(name));
      return layoutOf(name)?.fromFile(values, shapeOf(name)) ?? values;
    },
  };
}
