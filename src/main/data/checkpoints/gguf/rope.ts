/** Rotary position settings of a GGUF file as config.json's `rope_parameters`. */
import type { Fields } from './fields.ts';
import { type GgufHeader, readGgufTensor } from './header.ts';

/** One float32 for each rotary pair, by which its frequency is divided (Llama 3.1's scaling, precomputed). */
export const ROPE_FACTORS = 'rope_freqs.weight';
/** The same for LongRoPE (2402.13753): up to the original context, and beyond it. */
const SHORT_FACTORS = 'rope_factors_short.weight';
const LONG_FACTORS = 'rope_factors_long.weight';

/** Tensors that say how positions are rotated: no parameters of the model. */
export const isRotation = (name: string): boolean => [ROPE_FACTORS, SHORT_FACTORS, LONG_FACTORS].includes(name);

/** Keys of YaRN that llama.cpp's llama, qwen2 and qwen3 do not read and transformers does: refused unless they change nothing for either. */
function refuseUnread(fields: Fields, key: (name: string) => string, factor: number): void {
  const value = (name: string, otherwise: number) => fields.number(key(`scaling.${name}`), otherwise);
  const extrapolation = value('yarn_ext_factor', 1);
  // llama.cpp saves −1 for "not set", and then 1 as the factor
  const isUnset = extrapolation < 0;
  const attention = value('yarn_attn_factor', usualAttention(factor));
  const found: readonly (readonly [name: string, isNeutral: boolean])[] = [
    ['yarn_ext_factor', isUnset || extrapolation === 1],
    ['yarn_attn_factor', (isUnset && attention === 1) || Math.abs(attention - usualAttention(factor)) < 1e-4],
    ['yarn_log_multiplier', value('yarn_log_multiplier', 0) === 0],
  ];
  for (const [name, isNeutral] of found)
    if (!isNeutral) fields.fail(`"${key(`scaling.${name}`)}" is ${value(name, 0)}: this part of YaRN is not supported`);
}

/** 0.1 ln s + 1 (2309.00071, eq. 22). */
export const usualAttention = (factor: number): number => (factor <= 1 ? 1 : 0.1 * Math.log(factor) + 1);

/** transformers 5's form. `context` is the model's longest sequence, `headSize` what its heads have, `partly` whether a part of one may be rotated. */
export function ropeParameters(
  fields: Fields,
  header: GgufHeader,
  { headSize, context, partly }: { headSize: number; context: number; partly: boolean },
): Record<string, unknown> {
  const architecture = fields.text('general.architecture');
  const key = (name: string) => `${architecture}.rope.${name}`;
  const rope_theta = positive(fields, key('freq_base'), 10_000);
  const dimensions = fields.optionalCount(key('dimension_count')) ?? headSize;
  if (dimensions > headSize || (dimensions !== headSize && !partly))
    fields.fail(
      `"${key('dimension_count')}" is ${dimensions} and the heads have ${headSize}: partly rotated heads are not supported here`,
    );
  // without a type llama.cpp scales positions where there is a factor
  const type = fields.optionalText(key('scaling.type')) ?? 'linear';
  const factor = type === 'none' ? 1 : scaleOf(fields, key);
  const attention = positive(fields, key('scaling.attn_factor'), 1);
  const original_max_position_embeddings = fields.optionalCount(key('scaling.original_context_length')) || context;
  if (type === 'yarn') {
    if (header.tensors.has(ROPE_FACTORS))
      fields.fail(`it has ${ROPE_FACTORS} and also RoPE scaling "yarn"; one of them was expected`);
    refuseFactors(fields, header, type);
    refuseUnread(fields, key, factor);
    return {
      rope_type: 'yarn',
      rope_theta,
      factor,
      original_max_position_embeddings,
      ...(attention === 1 ? {} : { attention_factor: attention * usualAttention(factor) }),
      ...given(fields, key('scaling.yarn_beta_fast'), 'beta_fast'),
      ...given(fields, key('scaling.yarn_beta_slow'), 'beta_slow'),
    };
  }
  if (type !== 'none' && type !== 'linear' && type !== 'longrope')
    fields.fail(`RoPE scaling "${type}" is not supported; supported: none, linear, yarn, longrope and ${ROPE_FACTORS}`);
  if (type !== 'longrope') refuseFactors(fields, header, type);
  const factors =
    type === 'longrope'
      ? longFactors(fields, header, dimensions, context > original_max_position_embeddings)
      : ropeFactors(fields, header, ROPE_FACTORS, dimensions);
  if (factors || attention !== 1) {
    const each = (factors ?? Array.from({ length: dimensions / 2 }, () => 1)).map((x) => x * factor);
    // the one form of transformers with a factor for each pair; both lists alike, so that the length decides nothing
    return {
      rope_type: 'longrope',
      rope_theta,
      short_factor: each,
      long_factor: each,
      factor: 1,
      attention_factor: attention,
      original_max_position_embeddings: context,
    };
  }
  return factor === 1 ? { rope_type: 'default', rope_theta } : { rope_type: 'linear', rope_theta, factor };
}

function positive(fields: Fields, key: string, otherwise: number): number {
  const value = fields.number(key, otherwise);
  return value > 0 ? value : fields.fail(`the metadata "${key}" must be above 0, found ${value}`);
}

const given = (fields: Fields, key: string, name: string): Record<string, number> =>
  fields.raw(key) === undefined ? {} : { [name]: positive(fields, key, 1) };

/** How far positions are stretched, by the key of today or the one before it; 0 stands for 1. */
function scaleOf(fields: Fields, key: (name: string) => string): number {
  const name = fields.raw(key('scaling.factor')) === undefined ? 'scale_linear' : 'scaling.factor';
  return fields.number(key(name), 1) === 0 ? 1 : positive(fields, key(name), 1);
}

/** LongRoPE's factors mean nothing under another scaling. */
function refuseFactors(fields: Fields, { tensors }: GgufHeader, type: string): void {
  const found = [SHORT_FACTORS, LONG_FACTORS].find((name) => tensors.has(name));
  if (found) fields.fail(`it has the tensor "${found}", and its RoPE scaling is "${type}" and not "longrope"`);
}

/** One list for every text: as soon as texts may be longer than the original context, both must be alike. */
function longFactors(fields: Fields, header: GgufHeader, headSize: number, isStretched: boolean): number[] {
  if (header.tensors.has(ROPE_FACTORS))
    fields.fail(`it has ${ROPE_FACTORS} and also RoPE scaling "longrope"; one of them was expected`);
  const [short, long] = [SHORT_FACTORS, LONG_FACTORS].map(
    (name) =>
      ropeFactors(fields, header, name, headSize) ??
      fields.fail(`RoPE scaling "longrope" needs the tensor "${name}", which is not there`),
  );
  if (isStretched && short.some((x, i) => x !== long[i]))
    fields.fail(
      `its "${LONG_FACTORS}" differs from "${SHORT_FACTORS}": RoPE with other factors for texts beyond the original context is not supported`,
    );
  return short;
}

function ropeFactors(fields: Fields, header: GgufHeader, name: string, headSize: number): number[] | undefined {
  const tensor = header.tensors.get(name);
  if (!tensor) return undefined;
  if (tensor.shape.length !== 1 || tensor.shape[0] !== headSize / 2)
    fields.fail(
      `${name} has shape [${tensor.shape}]; one factor for each of ${headSize / 2} rotary pairs was expected`,
    );
  const factors = [...readGgufTensor(tensor)];
  const wrong = factors.find((factor) => !(factor > 0) || !Number.isFinite(factor));
  if (wrong !== undefined) fields.fail(`${name} holds ${wrong}; factors above 0 were expected`);
  return factors;
}
