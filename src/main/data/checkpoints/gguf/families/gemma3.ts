/** gemma3 (its text part) in a GGUF file: norms on heads, five layers with a window and a rotation of their own to one without. */
import {
  ATTENTION_BIASES,
  activationMetadata,
  activationOf,
  type GgufFamily,
  HEAD_NORM_NAMES,
  type WrittenConfig,
} from './family.ts';
import {
  GEMMA_NAMES,
  gemmaLayout,
  gemmaOdd,
  gemmaScale,
  queryScalar,
  WINDOW_KEYS,
  windowMetadata,
  windowsOf,
} from './gemma.ts';

const LOGIT_CAP = 'final_logit_softcapping';
const WINDOW_BASE = 'rope.freq_base_swa';
const PATTERN = 6;
const scale = gemmaScale(62);

/** The two rotations that llama.cpp knows: those with a window turn by another base and are never scaled. */
const isOddRotation = ({ windows, windowRope, rope }: WrittenConfig): boolean =>
  windows.some((window) => window !== null) &&
  ((windowRope ?? rope)?.type !== 'default' || (rope?.type === 'yarn' && !isUsualYarn(rope)));

const isUsualYarn = ({ factor, attentionFactor }: { factor: number; attentionFactor: number }): boolean =>
  Math.abs(attentionFactor - (0.1 * Math.log(factor) + 1)) < 1e-6;

export const gemma3: GgufFamily = {
  id: 'gemma3',
  modelType: 'gemma3_text',
  writes: ['gemma3_text'],
  className: 'Gemma3ForCausalLM',
  names: [...GEMMA_NAMES, ...HEAD_NORM_NAMES],
  biases: [ATTENTION_BIASES],
  layout: gemmaLayout,
  ownKeys: [LOGIT_CAP, ...WINDOW_KEYS],
  config(fields, _, shared) {
    const cap = fields.number(`gemma3.${LOGIT_CAP}`, 0);
    return {
      hidden_act: undefined,
      hidden_activation: activationOf(fields, 'gemma3', 'gelu_pytorch_tanh'),
      query_pre_attn_scalar: queryScalar(scale, shared),
      final_logit_softcapping: cap === 0 ? null : cap,
      ...windowsOf(fields, 'gemma3', shared.num_hidden_layers, { window: undefined, usual: PATTERN }),
      rope_parameters: {
        full_attention: shared.rope_parameters,
        sliding_attention: { rope_type: 'default', rope_theta: fields.number(`gemma3.${WINDOW_BASE}`, 10_000) },
      },
    };
  },
  metadata: (config) => [
    ...activationMetadata(config),
    ...(config.logitCap === null ? [] : ([[LOGIT_CAP, { f32: config.logitCap }]] as const)),
    ...windowMetadata(config, PATTERN),
    [WINDOW_BASE, { f32: (config.windowRope ?? config.rope)?.theta ?? 10_000 }],
  ],
  odd: (config) => [...gemmaOdd(config), [isOddRotation(config), 'a scaled rotation of the layers with a window']],
  attentionScale: scale,
};
