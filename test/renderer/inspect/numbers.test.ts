/** What Inspect reckons from log-probabilities, by hand: implicit rewards, the lecture's two steps, the loss, colours, the running sum. */
import { describe, expect, it } from 'vitest';
import { decades } from '../../../src/renderer/pages/inspect/dumbbells.tsx';
import {
  colourStep,
  forcedNumbers,
  runningSum,
  sideOf,
  tokenValue,
  total,
} from '../../../src/renderer/pages/inspect/numbers.ts';
import { largestChange } from '../../../src/renderer/pages/inspect/probes-tab.tsx';

const token = (logp: number | null, refLogp: number | null, kl: number | null = null) => ({ logp, refLogp, kl });
const side = (p: number, ref: number | null) => ({ logp: Math.log(p), refLogp: ref === null ? null : Math.log(ref) });

describe('token values', () => {
  it('are log π, β times the log ratio, and KL; their sum is the answer', () => {
    const tokens = [token(-1, -1.5, 0.2), token(-0.5, -0.25, 0.1)];
    expect(tokens.map((each) => tokenValue(each, 'logp', 0.1))).toEqual([-1, -0.5]);
    expect(total(tokens.map((each) => tokenValue(each, 'reward', 0.1)))).toBeCloseTo(0.1 * (0.5 - 0.25), 12);
    expect(total(tokens.map((each) => tokenValue(each, 'kl', 0.1)))).toBeCloseTo(0.3, 12);
    expect(tokenValue(token(-1, null), 'reward', 0.1)).toBeNull();
    expect(total([1, null])).toBeNull();
    expect(total([])).toBeNull();
  });

  it('have the step of colour that the legend shows: cut at both ends, 0 in the middle', () => {
    const steps = [-9, -0.4, -0.2, -0.03, 0, 0.03, 0.1, 0.3, 0.4, 9].map((value) => colourStep(value, 'reward'));
    expect(steps).toEqual(['n4', 'n4', 'n2', '0', '0', '0', 'p1', 'p3', 'p4', 'p4']);
    expect([0, -0.5, -1.1, -4.9, -50].map((value) => colourStep(value, 'logp'))).toEqual(['1', '1', '2', '5', '5']);
    expect([0, 0.25, 1, 3].map((value) => colourStep(value, 'kl'))).toEqual(['1', '2', '5', '5']);
    expect(colourStep(null, 'kl')).toBeNull();
  });

  it('add up along the answer, up to the first that is missing', () => {
    expect(runningSum([0.5, -0.25])).toEqual([
      [0, 0],
      [1, 0.5],
      [2, 0.25],
    ]);
    expect(runningSum([1, null, 1])).toEqual([
      [0, 0],
      [1, 1],
    ]);
  });
});

describe('forced answers', () => {
  it("the lecture's steps: 0.8 → 0.9 and 0.1 → 0.11 are nearly the same to the loss", () => {
    const [large, small] = [forcedNumbers(side(0.9, 0.8), null, 1), forcedNumbers(side(0.11, 0.1), null, 1)];
    expect(large.change).toBeCloseTo(0.1, 12);
    expect(small.change).toBeCloseTo(0.01, 12);
    expect(large.chosenRatio).toBeCloseTo(0.1178, 4);
    expect(small.chosenRatio).toBeCloseTo(0.0953, 4);
  });

  it('a pair can be satisfied although y⁺ became less likely', () => {
    const numbers = forcedNumbers(side(0.083, 0.112), side(0.00082, 0.0311), 0.1);
    expect(numbers.change).toBeCloseTo(-0.029, 12);
    expect(numbers.margin).toBeCloseTo(0.1 * (Math.log(0.083 / 0.112) - Math.log(0.00082 / 0.0311)), 12);
    expect(numbers.loss).toBeCloseTo(-Math.log(1 / (1 + Math.exp(-(numbers.margin ?? 0)))), 12);
    expect(numbers.loss).toBeLessThan(Math.LN2);
    expect(numbers.elsewhere).toBeCloseTo(1 - 0.083 - 0.00082, 12);
  });

  it('starts at ln 2, never overflows, and says nothing where there is no reference', () => {
    expect(forcedNumbers(side(0.2, 0.2), side(0.1, 0.1), 0.1).loss).toBeCloseTo(Math.LN2, 15);
    const far = forcedNumbers({ logp: -5000, refLogp: -1 }, { logp: -1, refLogp: -5000 }, 1);
    expect(far.loss).toBeCloseTo(9998, 6);
    expect(forcedNumbers(side(0.2, null), side(0.1, null), 0.1)).toMatchObject({
      change: null,
      margin: null,
      loss: null,
      chosen: 0.2,
    });
  });

  it('a side is the sum of its tokens', () => {
    expect(sideOf([token(-1, -2), token(-3, -4)])).toEqual({ logp: -4, refLogp: -6 });
    expect(sideOf([token(-1, null), token(-3, -4)])).toEqual({ logp: -4, refLogp: null });
  });

  it('stand on a scale of whole decades, however small they are', () => {
    expect(decades([Math.log(0.0008), Math.log(0.4)])).toEqual({ low: -4, ticks: [-4, -3, -2, -1, -0] });
    const { low, ticks } = decades([-200, null]);
    expect(low).toBe(-87);
    expect(ticks.length).toBeLessThanOrEqual(7);
    expect(ticks[ticks.length - 1]).toBe(-0);
  });
});

describe('probes', () => {
  it('the largest change is by size, and only against a reference', () => {
    expect(largestChange([-33.6, -44.8, null], -41.2)).toEqual({ at: 0, change: expect.closeTo(7.6, 9) });
    expect(largestChange([-34, -44.8], -41.2)?.at).toBe(0);
    expect(largestChange([-34], null)).toBeNull();
  });
});
