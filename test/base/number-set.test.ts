/** The set of numbers beside JavaScript's own. */
import { describe, expect, it } from 'vitest';
import { NumberSet } from '../../src/main/base/number-set.ts';
import { createRandom } from '../../src/main/base/random.ts';

describe('NumberSet', () => {
  it('agrees with Set on what is new, for whole numbers up to 2^53, negative and broken ones', () => {
    const random = createRandom('numbers');
    const ours = new NumberSet();
    const theirs = new Set<number>();
    for (let i = 0; i < 20_000; i++) {
      const whole = Math.floor(random.uniform() * 2 ** 53);
      // few different ones among many, and neighbours that fall on the same places
      const value = [whole, i % 500, -whole, whole / 2 ** 20, 2 ** 32 * (i % 300)][i % 5];
      expect(ours.add(value)).toBe(!theirs.has(value));
      theirs.add(value);
      expect(ours.has(value)).toBe(true);
      expect(ours.has(value + 0.25)).toBe(theirs.has(value + 0.25));
    }
    expect(ours.size).toBe(theirs.size);
  });

  it('refuses NaN, which marks an empty place', () => {
    expect(() => new NumberSet().add(Number.NaN)).toThrow(RangeError);
    expect(new NumberSet().has(Number.NaN)).toBe(false);
  });
});
