/** Logits processors against transformers' generate() (test/golden/numerics/samplers.json). */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../src/main/base/random.ts';
import { argmax, draw, logSumExp, processLogits } from '../../../src/main/engine/generation/sampling.ts';
import { expNegative } from '../../../src/main/engine/generation/sampling-softmax.ts';

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

const nothing = { prefix: [], promptLength: 0, eosIds: [] };
const kept = (row: Float64Array) => [...row.keys()].filter((i) => row[i] !== Number.NEGATIVE_INFINITY);
const rows = fc
  .array(fc.oneof(fc.double({ min: -30, max: 30, noNaN: true }), fc.constantFrom(0, 1, Number.NEGATIVE_INFINITY)), {
    minLength: 1,
    maxLength: 200,
  })
  .filter((row) => row.some(Number.isFinite));

/** The rules read off their definitions, by sorting. */
function nucleusBySorting(row: readonly number[], p: number): number {
  const total = row.reduce((sum, x) => sum + Math.exp(x), 0);
  const descending = row.map((x) => Math.exp(x) / total).sort((a, b) => b - a);
  let mass = 0;
  let count = 0;
  while (count < descending.length && (count === 0 || mass < p - 1e-12) && descending[count] > 0)
    mass += descending[count++];
  return count;
}

describe('selection without sorting', () => {
  it('top-k keeps what sorting keeps', () => {
    fc.assert(
      fc.property(rows, fc.integer({ min: 1, max: 200 }), (row, topK) => {
        const limit = row.toSorted((a, b) => b - a)[Math.min(topK, row.length) - 1];
        const result = kept(processLogits(Float64Array.from(row), { topK }, nothing));
        expect(result).toEqual([...row.keys()].filter((i) => row[i] >= limit && Number.isFinite(row[i])));
      }),
    );
  });
  it('top-p keeps as many as sorting keeps, and none less likely than one it drops', () => {
    fc.assert(
      fc.property(rows, fc.double({ min: 0.01, max: 0.99, noNaN: true }), (row, topP) => {
        const result = kept(processLogits(Float64Array.from(row), { topP }, nothing));
        expect(result.length).toBe(nucleusBySorting(row, topP));
        const worst = Math.min(...result.map((i) => row[i]));
        row.forEach((x, i) => {
          if (!result.includes(i)) expect(x).toBeLessThanOrEqual(worst + 1e-12);
        });
      }),
    );
  });
  it('e^x is right to 1e-15 of its value', () => {
    fc.assert(
      fc.property(fc.double({ min: -700, max: 0, noNaN: true }), (x) => {
        expect(Math.abs(expNegative(x) / Math.exp(x) - 1)).toBeLessThan(1e-15);
      }),
    );
    expect([0, -800, Number.NEGATIVE_INFINITY].map(expNegative)).toEqual([1, 0, 0]);
  });
  it('takes far less than a sort of 50 000 tokens', () => {
    const random = createRandom(1);
    const row = Float32Array.from({ length: 50_257 }, () => 3 * random.normal());
    const milliseconds = Array.from({ length: 40 }, () => {
      const start = performance.now();
      draw(processLogits(row, { topP: 0.9 }, nothing), 0.5);
      return performance.now() - start;
    });
    // 0.7 ms when the machine is quiet; a sort takes 20
    expect(Math.min(...milliseconds)).toBeLessThan(5);
  });
});

describe('what cannot be sampled is an error', () => {
  const row = Float32Array.of(1, 2);
  it.each([
    { temperature: 0 },
    { topP: 1.5 },
    { minP: -0.1 },
    { topK: -1 },
    { repetitionPenalty: 0 },
    { typicalP: Number.NaN },
  ])('%j', (options) => expect(() => processLogits(row, options, nothing)).toThrow(/sampling: \w+ must be/));
  it('logits that are not numbers', () => expect(() => draw(Float64Array.of(1, Number.NaN), 0.5)).toThrow(/diverged/));
  it('a row without tokens', () =>
    expect(() => draw(new Float64Array(3).fill(Number.NEGATIVE_INFINITY), 0.5)).toThrow(/every one/));
});
