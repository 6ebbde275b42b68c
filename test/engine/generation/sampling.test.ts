/** Logits processors against transformers' generate() (test/golden/numerics/samplers.json). */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { argmax, draw, logSumExp, processLogits } from '../../../src/main/engine/generation/sampling.ts';

interface Case {
  name: string;
  params: Record<string, number | number[] | undefined>;
  inputs: { logits: (number | string)[]; prefix_ids: number[]; prompt_length: number };
  expected: { probs: number[]; kept: number[] };
}
const { cases } = JSON.parse(readFileSync(new URL('../../golden/numerics/samplers.json', import.meta.url), 'utf8')) as {
  cases: Case[];
};

describe('logits processors', () => {
  it.each(cases.map((c) => [c.name, c] as const))('%s', (_name, { name, params, inputs, expected }) => {
    const p = params as Record<string, number | undefined>;
    const row = processLogits(
      Float32Array.from(inputs.logits, Number),
      {
        temperature: p.temperature,
        topK: p.top_k,
        topP: p.top_p,
        minP: p.min_p,
        typicalP: p.typical_p,
        repetitionPenalty: p.repetition_penalty,
        noRepeatNgramSize: p.no_repeat_ngram_size,
        minNewTokens: p.min_new_tokens,
      },
      { prefix: inputs.prefix_ids, promptLength: inputs.prompt_length, eosIds: [params.eos_token_id ?? []].flat() },
    );
    const kept = [...row.keys()].filter((i) => row[i] !== Number.NEGATIVE_INFINITY);
    // which of several equal tokens stays at a top-p boundary is the sort's choice: only how many is pinned
    if (/ties/.test(name) && name !== 'top_k_ties') {
      expect(kept.length).toBe(expected.kept.length);
      return;
    }
    expect(kept).toEqual(expected.kept);
    const total = logSumExp(row);
    expected.probs.forEach((e, i) => {
      expect(Math.exp(row[i] - total), `probability ${i}`).toBeCloseTo(e, 6);
    });
  });
});

describe('draw', () => {
  it('follows the probabilities in order of the ids', () => {
    const row = Float64Array.of(Math.log(0.25), Number.NEGATIVE_INFINITY, Math.log(0.5), Math.log(0.25));
    expect([0, 0.2499, 0.25, 0.7499, 0.75, 0.9999].map((u) => draw(row, u))).toEqual([0, 0, 2, 2, 3, 3]);
  });
  it('argmax takes the first among equals', () => expect(argmax(Float32Array.of(1, 3, 3))).toBe(1));
});
