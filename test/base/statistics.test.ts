/** Means, intervals and tests against statsmodels and scipy (test/golden/numerics/stats.json) and against worked examples. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  fairBinomialTail,
  incompleteBeta,
  logGamma,
  normalQuantile,
  normalTwoSided,
  signTest,
  studentQuantile,
  studentTwoSided,
} from '../../src/main/base/distributions.ts';
import { createRandom } from '../../src/main/base/random.ts';
import {
  maskedMean,
  mean,
  meanInterval,
  median,
  pairedBootstrap,
  quantile,
  shareDifference,
  standardDeviation,
  sum,
  variance,
  wilsonInterval,
  winRate,
} from '../../src/main/base/statistics.ts';
import { casesOf } from './golden.ts';

describe('summaries', () => {
  it('mean and sum of parts; nothing has mean 0', () => {
    expect([mean([1, 2, 6]), mean([1, 2, 6], 1), mean([], 0), sum([1, 2, 6], 0, 2)]).toEqual([3, 4, 0, 3]);
  });
  it('maskedMean looks at real entries only, NaN behind the mask included', () => {
    expect(maskedMean([1, 3, Number.NaN], [1, 1, 0])).toBe(2);
    expect(maskedMean([1, 3], [1, 3])).toBe(2.5);
    expect(maskedMean([1, 3], [0, 0])).toBe(0);
    expect(() => maskedMean([1], [1, 1])).toThrow(/1 values but 2/);
  });
  it('variance and standard deviation, sample and population', () => {
    const values = [2, 4, 4, 4, 5, 5, 7, 9];
    expect([variance(values, 0), standardDeviation(values, 0), variance(values)]).toEqual([4, 2, 32 / 7]);
    expect([variance([5]), variance([], 0)]).toEqual([0, 0]);
  });
  it('quantile interpolates as numpy does', () => {
    expect([0, 0.1, 0.25, 0.5, 1].map((p) => quantile([15, 20, 35, 40, 50], p))).toEqual([15, 17, 20, 35, 50]);
    expect(median([3, 1, 2, 10])).toBe(2.5);
    expect(() => quantile([], 0.5)).toThrow(/no values/);
    expect(() => quantile([1], 1.5)).toThrow(/\[0, 1\]/);
  });
});

describe('distributions', () => {
  it.each([
    [0.5, 0],
    [0.975, 1.959963984540054],
    [0.9, 1.2815515655446004],
    [0.001, -3.0902323061678132],
    [1e-10, -6.361340902404056],
    [1e-20, -9.262340089798409],
  ])('normalQuantile(%f) = %f', (p, z) => expect(normalQuantile(p)).toBeCloseTo(z, 13));
  it('normal tails invert the quantile', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-12, max: 0.999, noNaN: true }), (p) => {
        expect(normalTwoSided(normalQuantile(p / 2)) / p).toBeCloseTo(1, 10);
      }),
    );
  });
  it.each([
    [0.975, 1, Math.tan(0.475 * Math.PI)],
    [0.975, 2, 0.95 * Math.sqrt(2 / 0.0975)],
    [0.975, 10, 2.2281388519649385],
    [0.95, 30, 1.6972608865939574],
    [0.025, 4, -2.7764451051977987],
  ])('studentQuantile(%f, %i) = %f', (p, degrees, t) => expect(studentQuantile(p, degrees)).toBeCloseTo(t, 10));
  it('special values', () => {
    expect(logGamma(0.5)).toBeCloseTo(Math.log(Math.PI) / 2, 13);
    expect(logGamma(11)).toBeCloseTo(Math.log(3_628_800), 12);
    expect(incompleteBeta(0.3, 2, 3)).toBeCloseTo(0.3483, 12); // 6x² − 8x³ + 3x⁴
    expect(studentTwoSided(1, 1)).toBeCloseTo(0.5, 13); // Cauchy
    expect(fairBinomialTail(2, 4)).toBeCloseTo(11 / 16, 13);
  });
});

describe('intervals', () => {
  it.each(casesOf('wilson'))('wilson %s', (_name, { inputs, expected, params }) => {
    const { low, high } = wilsonInterval(inputs.successes, inputs.n, params.confidence);
    expect(low).toBeCloseTo(expected.low, 12);
    expect(high).toBeCloseTo(expected.high, 12);
  });
  it.each(casesOf('newcombe'))('newcombe %s', (_name, { inputs, expected, params }) => {
    const [first, second] = [0, 1].map((i) => ({ successes: inputs.successes[i], n: inputs.n[i] }));
    const found = shareDifference(first, second, params.confidence);
    expect(found.value).toBeCloseTo(expected.difference, 12);
    expect(found.low).toBeCloseTo(expected.low, 12);
    expect(found.high).toBeCloseTo(expected.high, 12);
  });
  it.each(casesOf('mcnemar_exact'))('sign test %s', (_name, { inputs, expected }) => {
    expect(signTest(inputs.only_first, inputs.only_second)).toBeCloseTo(expected.p_two_sided, 12);
  });
  it('win rate counts a tie half', () => {
    expect(winRate({ wins: 58, ties: 0, losses: 33 })).toEqual({ value: 58 / 91, ...wilsonInterval(58, 91) });
    expect(winRate({ wins: 2, ties: 4, losses: 2 })).toEqual({ value: 0.5, ...wilsonInterval(4, 8) });
    expect(winRate({ wins: 0, ties: 0, losses: 0 })).toEqual({ value: 0.5, low: 0, high: 1 });
    expect(() => wilsonInterval(3, 2)).toThrow(/3 successes out of 2/);
  });
  it('Student: three seeds', () => {
    const { value, low, high } = meanInterval([1, 2, 3]);
    expect(value).toBe(2);
    expect(high - 2).toBeCloseTo((0.95 * Math.sqrt(2 / 0.0975)) / Math.sqrt(3), 10);
    expect(2 - low).toBeCloseTo(high - 2, 12);
    expect(meanInterval([7])).toEqual({ value: 7, low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY });
  });
});

describe('paired bootstrap', () => {
  const random = createRandom(1);
  const second = Array.from({ length: 300 }, () => random.normal() * 5);
  const first = second.map((value) => value + 0.2 + random.normal());

  it('is the same for the same seed', () => {
    const run = (seed: number) => pairedBootstrap(first, second, { random: createRandom(seed), resamples: 200 });
    expect(run(3)).toEqual(run(3));
    expect(run(3)).not.toEqual(run(4));
  });
  it('agrees with the normal interval of the differences', () => {
    const found = pairedBootstrap(first, second, { random: createRandom(2), resamples: 4000 });
    const normal = meanInterval(first.map((value, i) => value - second[i]));
    expect(found.value).toBeCloseTo(normal.value, 12);
    expect(found.low).toBeCloseTo(normal.low, 1);
    expect(found.high).toBeCloseTo(normal.high, 1);
    expect(found.shareAbove).toBeGreaterThan(0.9);
  });
  it('needs pairs', () => {
    expect(() => pairedBootstrap([1], [1, 2], { random })).toThrow(/1 and 2/);
    expect(() => pairedBootstrap([], [], { random })).toThrow(/0 and 0/);
  });
  it('covers the true difference about as often as it says', () => {
    let covered = 0;
    for (let trial = 0; trial < 300; trial++) {
      const draws = createRandom(`trial ${trial}`);
      const a = Array.from({ length: 60 }, () => draws.normal() + 0.5);
      const { low, high } = pairedBootstrap(a, new Float64Array(60), { random: draws, resamples: 300 });
      if (low < 0.5 && high > 0.5) covered++;
    }
    expect(covered / 300).toBeGreaterThan(0.89);
    expect(covered / 300).toBeLessThan(0.98);
  });
});
