/** Dealing items to people: each item has whom it needs, loads are even, and each two meet about equally often. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dealOut, EVERYBODY, overlapOf } from '../../src/main/base/deal-out.ts';

const NAMES = ['ada', 'bob', 'cleo', 'dan', 'eve', 'fay'];

describe('dealing', () => {
  it('to nobody in particular says how many each item needs', () => {
    expect(dealOut(2, EVERYBODY)).toEqual([
      { needed: null, raters: [] },
      { needed: null, raters: [] },
    ]);
    const needed = dealOut(5, { raters: [], ratersEach: 3, overlapShare: 0.4 }).map((each) => each.needed);
    expect(needed).toEqual([3, 3, 1, 1, 1]);
  });

  it('everybody who is named gets the whole overlap', () => {
    const dealt = dealOut(4, { raters: ['ada', 'bob'], ratersEach: null, overlapShare: 0.5 });
    expect(dealt.map(({ raters }) => raters.length)).toEqual([2, 2, 1, 1]);
  });

  it('the overlap is rounded, and there is one where a share is asked for', () => {
    expect([0, 0.01, 0.5, 1].map((overlapShare) => overlapOf(5, { overlapShare }))).toEqual([0, 1, 3, 5]);
    expect(overlapOf(0, EVERYBODY)).toBe(0);
  });

  it('is even whatever the numbers are', () => {
    const many = fc.record({
      people: fc.integer({ min: 2, max: NAMES.length }),
      count: fc.integer({ min: 0, max: 60 }),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
      each: fc.integer({ min: 2, max: NAMES.length }),
    });
    fc.assert(
      fc.property(many, ({ people, count, share, each }) => {
        const raters = NAMES.slice(0, people);
        const ratersEach = Math.min(each, people);
        const dealt = dealOut(count, { raters, ratersEach, overlapShare: share });
        for (const item of dealt) {
          expect(new Set(item.raters).size).toBe(item.needed);
          expect(item.raters.every((name) => raters.includes(name))).toBe(true);
        }
        const loads = raters.map((name) => dealt.filter((item) => item.raters.includes(name)).length);
        expect(Math.max(...loads) - Math.min(...loads)).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('lets each two of four meet: six pairs of people over twelve items, two each', () => {
    const dealt = dealOut(12, { raters: NAMES.slice(0, 4), ratersEach: 2, overlapShare: 1 });
    const counts = new Map<string, number>();
    for (const { raters } of dealt) {
      const key = [...raters].sort().join(' ');
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    expect([...counts.values()].sort()).toEqual([2, 2, 2, 2, 2, 2]);
  });
});
