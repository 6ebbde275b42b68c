/** Checkpoints of the llama family as they are found in the wild, against transformers (test/golden/llama); what cannot be computed. */
import { describe, expect, it } from 'vitest';
import { UnsupportedModel } from '../../../src/main/engine/models/config.ts';
import { initLanguageModel } from '../../../src/main/engine/models/language-model.ts';
import { TINY_LLAMA } from '../../fixtures/tiny-llama.ts';
import { describeCheckpoints } from './checkpoint-golden.ts';

describeCheckpoints(new URL('../../golden/llama/', import.meta.url));

describe('what cannot be computed is refused by name', () => {
  const refused = (changes: Record<string, unknown>) => () => initLanguageModel({ ...TINY_LLAMA, ...changes }, 1);
  const rope = (parameters: Record<string, unknown>) => ({ rope_parameters: { rope_theta: 100, ...parameters } });
  const longrope = (parameters: Record<string, unknown>) =>
    rope({ rope_type: 'longrope', original_max_position_embeddings: 8, ...parameters });
  it.each([
    [{ model_type: 'mamba' }, 'model_type "mamba" is not supported'],
    [{ hidden_act: 'softplus' }, 'hidden_act "softplus" is not supported'],
    [{ hidden_act: 3 }, 'hidden_act 3 is not supported'],
    [
      rope({ rope_type: 'proportional', factor: 2 }),
      'RoPE scaling "proportional" is not supported; supported: default',
    ],
    [rope({ rope_type: 'longrope' }), '"short_factor" of RoPE scaling "longrope" must be a list of numbers'],
    [
      longrope({ short_factor: [1, 2], long_factor: [1, 0] }),
      '"long_factor" of RoPE scaling "longrope" must be a list',
    ],
    [longrope({ short_factor: [1], long_factor: [2] }), 'with other factors for long texts is not supported'],
    [longrope({ short_factor: [1], long_factor: [1] }), '"longrope" has 1 factors, heads of 4 have 2 pairs'],
    [rope({ rope_type: 'linear' }), '"factor" must be a number above 0, found undefined'],
    [rope({ rope_type: 'llama3', factor: 8 }), '"low_freq_factor" must be a number above 0'],
    [rope({ rope_type: 'yarn', factor: '4' }), '"factor" must be a number above 0, found "4"'],
    [{ rope_parameters: 'fast' }, '"rope_parameters" must be an object, found "fast"'],
    [rope({ rope_theta: 0 }), '"rope_theta" must be a number above 0'],
    [{ num_key_value_heads: 3 }, '4 attention heads cannot share 3 key-value heads'],
    [{ head_dim: 3 }, 'head_dim 3 is odd'],
    [{ num_hidden_layers: 0 }, '"num_hidden_layers" must be an integer from 1 to'],
    [{ vocab_size: 1e9 }, '"vocab_size" must be an integer from 1 to'],
    [{ tie_word_embeddings: 'yes' }, '"tie_word_embeddings" must be true or false'],
    [{ pad_token_id: 11 }, '"pad_token_id" 11 is outside the vocabulary of 11 tokens'],
    [{ eos_token_id: ['a'] }, '"eos_token_id" must hold token ids'],
  ])('%j', (changes, message) => {
    expect(refused(changes)).toThrow(UnsupportedModel);
    expect(refused(changes)).toThrow(message);
  });
});

it('a negative pad_token_id counts from the end, as in PyTorch', () => {
  expect(initLanguageModel({ ...TINY_LLAMA, pad_token_id: -1 }, 1).config.padId).toBe(10);
});
