/** Checkpoints of the other families, with configs that rarely meet, against transformers (test/golden/families); what cannot be computed. */
import { describe, expect, it } from 'vitest';
import { UnsupportedModel } from '../../../src/main/engine/models/config.ts';
import { initLanguageModel } from '../../../src/main/engine/models/language-model.ts';
import { createScorer } from '../../../src/main/evaluate/scoring.ts';
import { TINY_FAMILIES } from '../../fixtures/tiny-families.ts';
import { describeCheckpoints } from './checkpoint-golden.ts';

describeCheckpoints(new URL('../../golden/families/', import.meta.url));

const { qwen2, qwen3, mistral, gemma2, gemma3, gpt2, gpt_neox } = TINY_FAMILIES;

it('a dynamic RoPE scaling holds up to the context of the model and is refused beyond', async () => {
  const model = initLanguageModel({ ...qwen3, rope_scaling: { rope_type: 'dynamic', factor: 2 } }, 1);
  const limit = model.config.context;
  await createScorer(model, { weights: 'frozen', maxPositions: limit, threads: 1 });
  await expect(createScorer(model, { weights: 'frozen', maxPositions: limit + 1, threads: 1 })).rejects.toThrow(
    `this model ends at ${limit} positions (learnt ones, or a "dynamic" RoPE scaling, whose angles change there), this needs ${limit + 1}`,
  );
});

describe('what cannot be computed is refused by name', () => {
  it.each<[Record<string, unknown>, Record<string, unknown>, string]>([
    [qwen2, { layer_types: ['full_attention', 'sliding_attention'] }, 'layer 1 has sliding attention, but there is no'],
    [qwen2, { layer_types: ['full_attention', 'chunked_attention'] }, 'layer_types[1] "chunked_attention" is not'],
    [qwen2, { layer_types: ['full_attention'] }, '"layer_types" must name 2 layers, found ["full_attention"]'],
    [qwen2, { model_type: 'qwen2_moe' }, 'model_type "qwen2_moe" is not supported; supported: llama, qwen2'],
    [qwen2, { model_type: ['qwen2'] }, 'model_type ["qwen2"] is not supported; supported: llama'],
    [qwen2, { model_type: undefined }, 'there is no model_type; supported: llama'],
    [
      qwen2,
      { auto_map: { AutoConfig: 'c.Own', AutoModelForCausalLM: 'm.Own' } },
      '"auto_map" says that the model is a program of its own (AutoModelForCausalLM: "m.Own"), which is not run',
    ],
    [qwen2, { quantization_config: { quant_method: 'gptq' } }, 'the weights are quantised ({"quant_method":"gptq"})'],
    [qwen3, { partial_rotary_factor: 0.5 }, 'partial_rotary_factor 0.5 is supported in gpt_neox only'],
    [qwen3, { rope_scaling: { rope_type: 'dynamic' } }, '"factor" must be a number above 0, found undefined'],
    [qwen3, { rope_scaling: { rope_type: 'proportional' } }, 'RoPE scaling "proportional" is not supported'],
    [gemma2, { rms_norm_eps: Number.NaN }, '"rms_norm_eps" must be a number, found NaN'],
    [mistral, { sliding_window: 0 }, '"sliding_window" must be a number above 0, found 0'],
    [mistral, { sliding_window: 2.5 }, '"sliding_window" must be a whole number of tokens, found 2.5'],
    [gemma2, { sliding_window: null }, 'layer 0 has sliding attention, but there is no sliding_window'],
    [mistral, { rope_parameters: { full_attention: {} } }, 'a RoPE for each kind of layer (full_attention)'],
    [gemma2, { attn_logit_softcapping: 0 }, '"attn_logit_softcapping" must be a number above 0, found 0'],
    [gemma2, { hidden_activation: 'mish' }, 'hidden_activation "mish" is not supported'],
    [gemma2, { use_bidirectional_attention: true }, 'use_bidirectional_attention is not supported'],
    [gemma3, { model_type: 'gemma3', vision_config: {} }, 'model_type "gemma3" is not supported'],
    [gemma3, { rope_parameters: { full_attention: 3 } }, '"full_attention" must be an object, found 3'],
    [gpt2, { add_cross_attention: true }, 'add_cross_attention is not supported'],
    [gpt2, { n_head: 3 }, 'n_embd 8 cannot be shared by 3 heads'],
    [gpt_neox, { rotary_pct: 0.75 }, "0.75 of a head's 4 elements cannot be rotated in pairs"],
    [gpt_neox, { use_parallel_residual: 1 }, '"use_parallel_residual" must be true or false, found 1'],
  ])('%j with %j', (family, changes, message) => {
    const refused = () => initLanguageModel({ ...family, ...changes }, 1);
    expect(refused).toThrow(UnsupportedModel);
    expect(refused).toThrow(message);
  });
});
