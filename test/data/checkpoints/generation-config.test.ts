/** generation_config.json: which tokens end a completion, and what is told of the rest. */
import { describe, expect, it } from 'vitest';
import { defaultsLeftOut, endTokenIds } from '../../../src/main/data/checkpoints/generation-config.ts';

describe('end tokens', () => {
  it.each([
    [{}, undefined],
    [{ eos_token_id: null }, undefined],
    [{ eos_token_id: 2 }, [2]],
    [{ eos_token_id: [2, 7] }, [2, 7]],
    [{ eos_token_id: [] }, []],
  ])('%j: %j', (config, ids) => {
    expect(endTokenIds(config, 'x')).toEqual(ids);
  });

  it.each([['2'], [[2, '7']], [2.5], [{ id: 2 }]])('%j is refused', (eos_token_id) => {
    expect(() => endTokenIds({ eos_token_id }, 'm: generation_config.json')).toThrow(
      /m: generation_config\.json: "eos_token_id" must hold token ids, found/,
    );
  });
});

describe('what is not applied', () => {
  const drawn = { greedy: false, options: new Set<string>() };
  const greedy = { greedy: true, options: new Set<string>() };
  const left = (generationConfig: object, given = drawn, config: object = {}) =>
    defaultsLeftOut({ generationConfig: { ...generationConfig }, config: { ...config } }, given).map(
      (sentence) => / for (\w+)/.exec(sentence)?.[1],
    );

  it('is told with the option that does it', () => {
    expect(defaultsLeftOut({ generationConfig: { repetition_penalty: 1.1 }, config: {} }, greedy)).toEqual([
      'generation_config.json asks for repetition_penalty 1.1, which is not applied unless it is given: --repetition-penalty 1.1',
    ]);
    expect(defaultsLeftOut({ generationConfig: { no_repeat_ngram_size: 3 }, config: {} }, greedy)).toEqual([
      'generation_config.json asks for no_repeat_ngram_size 3, which is not supported: transformers would complete otherwise',
    ]);
  });

  it('is nothing for values that change nothing, and for what only sampling reads on a greedy run', () => {
    const neutral = { do_sample: true, temperature: 1, top_k: 0, top_p: 1, num_beams: 1, bad_words_ids: null };
    expect(left({ ...neutral, suppress_tokens: [], max_length: 20, max_new_tokens: 9 })).toEqual([]);
    expect(left({ temperature: 0.7, top_k: 20, top_p: 0.8, min_p: 0.1 }, greedy)).toEqual([]);
    expect(left({ temperature: 0.7, top_k: 20 })).toEqual(['temperature', 'top_k']);
  });

  it('leaves out what was given', () => {
    expect(left({ temperature: 0.7, top_k: 20 }, { ...drawn, options: new Set(['--temperature']) })).toEqual(['top_k']);
  });

  it('looks into config.json where there is no generation_config.json', () => {
    expect(left({}, drawn, { repetition_penalty: 1.2 })).toEqual(['repetition_penalty']);
    expect(left({ eos_token_id: 1 }, drawn, { repetition_penalty: 1.2 })).toEqual([]);
  });
});
