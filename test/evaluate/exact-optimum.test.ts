/** The closed form of the best policy against test/golden/numerics/exact_lab.json, and against what it must satisfy for any numbers. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exactOptimum, klDivergence, normalised, oodMass, policyGap } from '../../src/main/evaluate/exact-optimum.ts';
import { LabInputError, labResults } from '../../src/main/evaluate/lab-input.ts';

const golden = JSON.parse(readFileSync(new URL('../golden/numerics/exact_lab.json', import.meta.url), 'utf8'));
const { cases, symbols, max_length, sequences, ref_conditionals, policy_conditionals, rewards } = golden;
const betas: number[] = cases.map((c: { params: { beta: number } }) => c.params.beta);
const input = { symbols, max_length, sequences, ref_conditionals, policy_conditionals, rewards, betas };

/** Every number of `expected` is in `found`, to 1e-9 of its size. */
function expectNear(found: unknown, expected: unknown, where: string): void {
  if (typeof expected === 'number')
    expect(Math.abs(Number(found) - expected), `${where}: ${found}, expected ${expected}`).toBeLessThanOrEqual(
      1e-9 * Math.max(Math.abs(expected), 1e-3),
    );
  else if (expected !== null && typeof expected === 'object')
    for (const [key, value] of Object.entries(expected))
      expectNear((found as Record<string, unknown>)[key], value, `${where} ${key}`);
  else expect(found, where).toEqual(expected);
}

it.each(betas.map((beta, i) => [beta, i] as const))('golden: beta %f', (beta, i) => {
  const found = labResults(input)[i];
  expect(found.beta).toBe(beta);
  expectNear(found, cases[i].expected, `beta ${beta}`);
});

describe('the closed form', () => {
  const space = fc
    .integer({ min: 2, max: 12 })
    .chain((n) =>
      fc.tuple(
        fc.array(fc.double({ min: -6, max: 0, noNaN: true }), { minLength: n, maxLength: n }),
        fc.array(fc.double({ min: -6, max: 0, noNaN: true }), { minLength: n, maxLength: n }),
        fc.array(fc.double({ min: -3, max: 3, noNaN: true }), { minLength: n, maxLength: n }),
        fc.double({ min: 0.05, max: 5, noNaN: true }),
      ),
    );
  it('J* − J(π) = β KL(π‖π*), and no policy beats π*', () => {
    fc.assert(
      fc.property(space, ([ref, pol, reward, beta]) => {
        const [reference, policy] = [normalised(ref), normalised(pol)];
        const gap = policyGap(policy, reference, reward, beta);
        expect(gap.gap).toBeCloseTo(gap.beta_kl_policy_star, 8);
        expect(gap.gap).toBeGreaterThan(-1e-9);
      }),
    );
  });
  it('π* itself has no gap, and r − β ln(π*/π_ref) does not vary', () => {
    fc.assert(
      fc.property(space, ([ref, , reward, beta]) => {
        const reference = normalised(ref);
        const optimum = exactOptimum(reference, reward, beta);
        const star = optimum.pi_star.map(Math.log);
        const gap = policyGap(star, reference, reward, beta);
        for (const value of [gap.gap, gap.std_uniform, gap.std_under_policy, gap.std_under_ref])
          expect(Math.abs(value)).toBeLessThan(1e-7);
        expect(optimum.kl_star_ref).toBeCloseTo(gap.kl_policy_ref, 9);
      }),
    );
  });
  it('impossible responses do not count', () => {
    const reference = [0.5, 0.5, 0].map(Math.log);
    const policy = [1, 0, 0].map(Math.log);
    const gap = policyGap(policy, reference, [1, 0, 100], 1);
    expect(gap.mean_reward).toBe(1);
    expect(gap.kl_policy_ref).toBeCloseTo(Math.LN2, 12);
    expect(exactOptimum(reference, [1, 0, 100], 1).pi_star[2]).toBe(0);
    expect(klDivergence(reference, policy)).toBe(Number.POSITIVE_INFINITY);
  });
  it('OOD mass is what lies where the reference hardly ever goes', () => {
    const reference = normalised([0.9, 0.1, 5e-5].map(Math.log));
    expect(oodMass([0.2, 0.5, 0.3].map(Math.log), reference)).toBeCloseTo(0.3, 12);
    expect(oodMass(reference, reference)).toBeCloseTo(5e-5, 8);
  });
});

describe('input', () => {
  it('a number beyond doubles becomes null and is named', () => {
    const [found] = labResults({ ...input, betas: [0.001] });
    expect(found.Z).toBeNull();
    expect(found.non_finite).toEqual(['Z']);
    expect(Number.isFinite(found.logZ)).toBe(true);
  });
  it('works without a policy', () => {
    const { policy_conditionals: _none, ...rest } = input;
    expect(labResults(rest)[0].policy).toBeUndefined();
  });
  it.each([
    ['a reward is missing', { rewards: rewards.slice(1) }, /340 entries for 341/],
    ['a beta of 0', { betas: [0] }, /betas\.0/],
    ['no beta', { betas: [] }, /betas/],
    ['a symbol that is none', { sequences: ['9', ...sequences.slice(1)] }, /"9"/],
    ['a sequence twice', { sequences: [sequences[1], ...sequences.slice(1)] }, /twice/],
    ['a node missing', { ref_conditionals: { ...ref_conditionals, '2': undefined } }, /ref_conditionals/],
    [
      'a node that does not add up',
      { ref_conditionals: { ...ref_conditionals, '2': [1, 1, 0, 0, 0] } },
      /adds up to 2/,
    ],
    ['a node too short', { policy_conditionals: { ...policy_conditionals, '2': [0.5, 0.5] } }, /5 probabilities/],
  ])('%s', (_name, change, message) => {
    const broken = JSON.parse(JSON.stringify({ ...input, ...change }));
    expect(() => labResults(broken)).toThrow(LabInputError);
    expect(() => labResults(broken)).toThrow(message);
  });
});
