/** The gradient of every weight of a whole model of each family, against central finite differences. */
import { describe, it } from 'vitest';
import { initLanguageModel } from '../../../src/main/engine/models/language-model.ts';
import { TINY_FAMILIES } from '../../fixtures/tiny-families.ts';
import { expectModelGradients } from './model-gradients.ts';

const { gemma2, gpt2, gpt_neox, qwen2 } = TINY_FAMILIES;

describe('gradients of a whole model equal finite differences', () => {
  it.each<[string, Record<string, unknown>]>([
    ...Object.entries(TINY_FAMILIES),
    [
      'qwen2, tied head, windows in the upper layer',
      { ...qwen2, tie_word_embeddings: true, use_sliding_window: true, sliding_window: 2, max_window_layers: 1 },
    ],
    [
      'gemma2, untied head, no caps',
      { ...gemma2, tie_word_embeddings: false, attn_logit_softcapping: null, final_logit_softcapping: null },
    ],
    ['gpt2, untied head, exact GELU', { ...gpt2, tie_word_embeddings: false, activation_function: 'gelu' }],
    [
      'gpt_neox, side by side, no biases, tied head',
      { ...gpt_neox, use_parallel_residual: true, attention_bias: false, tie_word_embeddings: true, rotary_pct: 1 },
    ],
  ])('%s', (_name, raw) => {
    const model = initLanguageModel(raw, 5);
    const { embeddingName, id } = model.architecture;
    const padded = model.config.padId === 0 && id !== 'gpt_neox' ? `${embeddingName}.weight` : undefined;
    return expectModelGradients(model, padded);
  });
});
