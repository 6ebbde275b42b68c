/** Seeded random numbers: same seed same stream, saved state continues, distributions are what they say. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRandom, RandomStateError, restoreRandom } from '../../src/main/base/random.ts';

const times = <T>(n: number, draw: () => T): T[] => Array.from({ length: n }, draw);
const average = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;

describe('streams', () => {
  it('of one seed are equal, of different seeds differ', () => {
    const stream = (seed: number | string) => times(8, createRandom(seed).uniform);
    expect(stream(42)).toEqual(stream(42));
    expect(stream(42)).toEqual(stream('42'));
    expect(stream(42)).not.toEqual(stream(43));
  });
  it('never change between versions: runs of old seeds must stay repeatable', () => {
    const random = createRandom(42);
    expect(times(3, random.uniform)).toMatchInlineSnapshot(`
      [
        0.19318321472327915,
        0.046985598337893175,
        0.6926689301322622,
      ]
    `);
    expect(times(2, random.normal)).toMatchInlineSnapshot(`
      [
        -0.9159413853155655,
        0.09747136985882278,
      ]
    `);
    expect(random.fork('a').shuffle([1, 2, 3, 4, 5])).toMatchInlineSnapshot(`
      [
        4,
        2,
        1,
        5,
        3,
      ]
    `);
  });
  it('continue from a state that went through JSON, after any mix of draws', () => {
    fc.assert(
      fc.property(fc.integer(), fc.array(fc.constantFrom('uniform', 'normal', 'integer')), (seed, draws) => {
        const random = createRandom(seed);
        for (const draw of draws) draw === 'integer' ? random.integer(7) : random[draw as 'normal']();
        const restored = restoreRandom(JSON.parse(JSON.stringify(random.state())));
        expect(times(5, restored.normal)).toEqual(times(5, random.normal));
      }),
    );
  });
  it('fork without advancing the parent, one stream a label', () => {
    const random = createRandom(1);
    const before = random.state();
    const a = random.fork('a');
    expect(random.state()).toEqual(before);
    expect(a.state()).toEqual(random.fork('a').state());
    expect(a.state()).not.toEqual(random.fork('b').state());
    const firsts = new Set(times(50_000, () => 0).map((_, i) => random.fork(`row ${i}`).state().words.join()));
    expect(firsts.size).toBe(50_000);
  });
  it.each([
    { words: [1, 2, 3], spare: null },
    { words: [0, 0, 0, 0], spare: null },
    { words: [1, 2, 3, 2 ** 32], spare: null },
    { words: [1, 2, 3, 0.5], spare: null },
    { words: [1, 2, 3, 4], spare: Number.NaN },
  ])('refuse the state %j', (state) => {
    expect(() => restoreRandom(state)).toThrow(RandomStateError);
  });
});

describe('distributions', () => {
  const n = 200_000;
  it('uniform fills [0, 1) evenly, first draws of neighbouring seeds too', () => {
    const bins = (values: number[]) =>
      values.reduce((c, v) => c.with(Math.floor(v * 10), c[Math.floor(v * 10)] + 1), Array(10).fill(0));
    const chiSquare = (counts: number[]) => {
      const expected = average(counts);
      return counts.reduce((total, c) => total + (c - expected) ** 2 / expected, 0);
    };
    // 99.99% quantile of chi-square with 9 degrees of freedom
    expect(chiSquare(bins(times(20_000, createRandom(5).uniform)))).toBeLessThan(33.7);
    expect(chiSquare(bins(times(20_000, () => 0).map((_, seed) => createRandom(seed).uniform())))).toBeLessThan(33.7);
  });
  it('normal has the moments of N(0, 1)', () => {
    const values = times(n, createRandom(2).normal);
    const bound = 4 / Math.sqrt(n);
    expect(Math.abs(average(values))).toBeLessThan(bound);
    expect(Math.abs(average(values.map((v) => v ** 2)) - 1)).toBeLessThan(bound * Math.sqrt(2));
    expect(Math.abs(average(values.map((v) => v ** 3)))).toBeLessThan(bound * Math.sqrt(15));
    expect(Math.abs(average(values.map((v) => v ** 4)) - 3)).toBeLessThan(bound * Math.sqrt(96));
  });
  it('bernoulli, integer and choice keep their shares', () => {
    const random = createRandom(3);
    const share = (hit: () => boolean) => times(n, hit).filter(Boolean).length / n;
    expect(share(() => random.bernoulli(0.3))).toBeCloseTo(0.3, 2);
    expect(share(() => random.integer(4) === 3)).toBeCloseTo(0.25, 2);
    expect(share(() => random.choice(['a', 'b', 'c']) === 'b')).toBeCloseTo(1 / 3, 2);
    expect(() => random.choice([])).toThrow(/empty/);
  });
  it('shuffle makes each order equally often and leaves its input alone', () => {
    const random = createRandom(4);
    const items = ['a', 'b', 'c'] as const;
    const counts = new Map<string, number>();
    for (let i = 0; i < 60_000; i++) {
      const order = random.shuffle(items).join('');
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(items).toEqual(['a', 'b', 'c']);
    expect(counts.size).toBe(6);
    for (const count of counts.values()) expect(Math.abs(count - 10_000)).toBeLessThan(500);
  });
});
