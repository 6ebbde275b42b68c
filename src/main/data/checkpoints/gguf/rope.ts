/** Rotary position settings of a GGUF file as config.json's `rope_parameters`. */
import type { Fields } from './fields.ts';
import { type GgufHeader, readGgufTensor } from './header.ts';

/** One float32 for each rotary pair, by which its frequency is divided (Llama 3.1's scaling, precomputed). */
export const ROPE_FACTORS = 'rope_freqs.weight';

/** transformers 5's form. `context` is the model's longest sequence, `headSize` what its heads have, `partly` whether a part of one may be rotated. */
export function ropeParameters(
  fields: Fields,
  header: GgufHeader,
  { headSize, context, partly }: { headSize: number; context: number; partly: boolean },
): Record<string, unknown> {
  const architecture = fields.text('general.architecture');
  const key = (name: string) => `${architecture}.rope.${name}`;
  const rope_theta = fields.number(key('freq_base'), 10_000);
  const dimensions = fields.optionalCount(key('dimension_count')) ?? headSize;
  if (dimensions > headSize || (dimensions !== headSize && !partly))
    fields.fail(
      `"${key('dimension_count')}" is ${dimensions} and the heads have ${headSize}: partly rotated heads are not supported here`,
    );
  const factors = ropeFactors(fields, header, headSize);
  const oldFactor = fields.number(key('scale_linear'), 1);
  const type = fields.optionalText(key('scaling.type')) ?? (oldFactor === 1 ? 'none' : 'linear');
  const factor = fields.number(key('scaling.factor'), oldFactor) || 1;
  if (factors) {
    if (type !== 'none' && factor !== 1)
      fields.fail(`it has ${ROPE_FACTORS} and also RoPE scaling "${type}"; one of them was expected`);
    // the one form of transformers with a factor for each pair; both lists alike, so that the length decides nothing
    return {
      rope_type: 'longrope',
      rope_theta,
      short_factor: factors,
      long_factor: factors,
      factor: 1,
      attention_factor: 1,
      original_max_position_embeddings: context,
    };
  }
  if (type === 'none' || (type === 'linear' && factor === 1)) return { rope_type: 'default', rope_theta };
  if (type === 'linear') return { rope_type: 'linear', rope_theta, factor };
  if (type === 'yarn')
    return {
      rope_type: 'yarn',
      rope_theta,
      factor,
      original_max_position_embeddings: fields.count(key('scaling.original_context_length')),
      ...(fields.raw(key('scaling.attn_factor')) === undefined
        ? {}
        : { attention_factor: fields.number(key('scaling.attn_factor'), 1) * (0.1 * Math.log(factor) + 1) }),
    };
  return fields.fail(`RoPE scaling "${type}" is not supported; supported: none, linear, yarn and ${ROPE_FACTORS}`);
}

function ropeFactors(fields: Fields, header: GgufHeader, headSize: number): number[] | undefined {
  const tensor = header.tensors.get(ROPE_FACTORS);
  if (!tensor) return undefined;
  if (tensor.shape.length !== 1 || tensor.shape[0] !== headSize / 2)
    fields.fail(
      `${ROPE_FACTORS} has shape [${tensor.shape}]; one factor for each of ${headSize / 2} rotary pairs was expected`,
    );
  const factors = [...readGgufTensor(header, tensor)];
  const wrong = factors.find((factor) => !(factor > 0) || !Number.isFinite(factor));
  if (wrong !== undefined) fields.fail(`${ROPE_FACTORS} holds ${wrong}; factors above 0 were expected`);
  return factors;
}
