/** gemma2 in a GGUF file: soft caps on scores and logits, every other layer sees a window, one matrix for embedding and head. */
import { ATTENTION_BIASES, activationMetadata, activationOf, type GgufFamily } from './family.ts';
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

const ATTENTION_CAP = 'attn_logit_softcapping';
const LOGIT_CAP = 'final_logit_softcapping';

/** llama.cpp always caps: under this one tanh is the identity in float32 for all scores that occur. */
const NO_CAP = 1e20;

/** llama.cpp's where the file does not say. */
const CAPS = { attention: 50, logits: 30, window: 4096 };

const PATTERN = 2;
const scale = gemmaScale(46);

export const gemma2: GgufFamily = {
  id: 'gemma2',
  modelType: 'gemma2',
  writes: ['gemma2'],
  className: 'Gemma2ForCausalLM',
  names: GEMMA_NAMES,
  biases: [ATTENTION_BIASES],
  layout: gemmaLayout,
  ownKeys: [ATTENTION_CAP, LOGIT_CAP, ...WINDOW_KEYS],
  config(fields, _, shared) {
    const cap = (key: string, otherwise: number) => {
      const value = fields.number(`gemma2.${key}`, otherwise);
      return value >= NO_CAP ? null : value;
    };
    return {
      hidden_act: undefined,
      hidden_activation: activationOf(fields, 'gemma2', 'gelu_pytorch_tanh'),
      query_pre_attn_scalar: queryScalar(scale, shared),
      attn_logit_softcapping: cap(ATTENTION_CAP, CAPS.attention),
      final_logit_softcapping: cap(LOGIT_CAP, CAPS.logits),
      ...windowsOf(fields, 'gemma2', shared.num_hidden_layers, { window: CAPS.window, usual: PATTERN }),
    };
  },
  metadata: (config) => [
    ...activationMetadata(config),
    [ATTENTION_CAP, { f32: config.attentionCap ?? NO_CAP }],
    [LOGIT_CAP, { f32: config.logitCap ?? NO_CAP }],
    // without the key there would be a window
    ...(config.windows.every((window) => window === null)
      ? windowMetadata({ ...config, windows: config.windows.map(() => config.context) }, PATTERN)
      : windowMetadata(config, PATTERN)),
  ],
  odd: (config) => [...gemmaOdd(config), [!config.tiedHead, 'a head of its own']],
  attentionScale: scale,
};
