/** Wins over several seeds, best-of-n and the rater who likes length, on numbers that can be checked by hand. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../src/main/base/random.ts';
import { expectedBestOfN } from '../../src/main/evaluate/best-of-n.ts';
import { ratedPair } from '../../src/main/evaluate/simulated-pairs.ts';
import { winMinusLossOverSeeds } from '../../src/main/evaluate/win-rate.ts';

describe('win − loss over seeds', () => {
  it('averages the seeds of a prompt first, and shows the interval over seeds too', () => {
    const found = winMinusLossOverSeeds([
      [1, 1, 0.5, 0],
      [1, 0.5, 0.5, 0],
      [1, 1, 0.5, 1],
    ]);
    expect(found).toMatchObject({ seeds: 3, win: 6 / 12, tie: 4 / 12, loss: 2 / 12 });
    // prompts: 1, 2/3, 0, −1/3; t(3) = 3.182446, s = √(10/27)
    const half = (3.182446 * Math.sqrt(10 / 27)) / 2;
    expect(found.overPrompts.value).toBeCloseTo(1 / 3, 12);
    expect(found.overPrompts.low).toBeCloseTo(1 / 3 - half, 5);
    expect(found.overPrompts.high).toBeCloseTo(1 / 3 + half, 5);
    // seeds: 1/4, 0, 3/4; t(2) = 4.302653, s = √(7/48)
    expect(found.bySeed).toEqual([0.25, 0, 0.75]);
    const wide = 4.302653 * Math.sqrt(7 / 48 / 3);
    expect(found.overSeeds.low).toBeCloseTo(1 / 3 - wide, 5);
    expect(found.overSeeds.high).toBeCloseTo(1 / 3 + wide, 5);
  });

  it('does not count seeds as further prompts: equal seeds narrow nothing', () => {
    const row = [1, 0, 0.5, 1, 1];
    expect(winMinusLossOverSeeds([row, row, row]).overPrompts).toEqual(winMinusLossOverSeeds([row]).overPrompts);
    expect(winMinusLossOverSeeds([row]).overSeeds).toMatchObject({ low: Number.NEGATIVE_INFINITY });
  });

  it('refuses seeds on different numbers of prompts', () => {
    expect(() => winMinusLossOverSeeds([[1, 0], [1]])).toThrow('found 2, 1');
    expect(() => winMinusLossOverSeeds([])).toThrow('same prompts');
  });
});

/** Mean value of the best-scored of every choice of n. */
function byAllChoices(scores: readonly number[], values: readonly number[], n: number): number {
  const picked: number[] = [];
  const choose = (from: number, chosen: readonly number[]) => {
    if (chosen.length === n) picked.push(values[chosen.reduce((a, b) => (scores[b] > scores[a] ? b : a))]);
    else for (let i = from; i < scores.length; i++) choose(i + 1, [...chosen, i]);
  };
  choose(0, []);
  return picked.reduce((a, b) => a + b, 0) / picked.length;
}

describe('best of n from N answers', () => {
  it('weighs ranks by how many choices they win', () => {
    const [scores, values] = [
      [3, 1, 2, 0],
      [30, 10, 20, 0],
    ];
    expect(expectedBestOfN(scores, values, 1)).toBeCloseTo(15, 12);
    expect(expectedBestOfN(scores, values, 2)).toBeCloseTo((1 * 10 + 2 * 20 + 3 * 30) / 6, 12);
    expect(expectedBestOfN(scores, values, 4)).toBeCloseTo(30, 12);
  });

  it('equals the mean over all choices', () => {
    const scored = fc.uniqueArray(fc.integer({ min: -50, max: 50 }), { minLength: 1, maxLength: 7 });
    fc.assert(
      fc.property(scored, fc.nat(), (scores, seed) => {
        const random = createRandom(seed);
        const values = scores.map(() => random.normal());
        for (let n = 1; n <= scores.length; n++)
          expect(expectedBestOfN(scores, values, n)).toBeCloseTo(byAllChoices(scores, values, n), 10);
      }),
      { numRuns: 50 },
    );
  });

  it('refuses an n that there are not enough answers for', () => {
    expect(() => expectedBestOfN([1, 2], [1, 2], 3)).toThrow('best of 3 of 2 scores');
    expect(() => expectedBestOfN([1], [1], 0)).toThrow(RangeError);
  });
});

describe('the simulated rater', () => {
  const random = createRandom(1);
  const short = { prompt: 'p', completion: 'a', gold: 1, tokens: 5 };
  const long = { prompt: 'p', completion: 'b', gold: 0.5, tokens: 10 };

  it('prefers by gold, and by length where it likes length', () => {
    expect(ratedPair(short, long, { temperature: 0 }, random)).toEqual([
      { prompt: 'p', chosen: 'a', rejected: 'b', gold_chosen: 1, gold_rejected: 0.5 },
    ]);
    // 1 + 0.2 · 5 = 2 against 0.5 + 0.2 · 10 = 2.5
    expect(ratedPair(short, long, { temperature: 0, lengthWeight: 0.2 }, random)[0].chosen).toBe('b');
  });

  it('makes no pair of equal answers', () => {
    expect(ratedPair(short, { ...long, completion: 'a' }, { temperature: 0 }, random)).toEqual([]);
  });
});
