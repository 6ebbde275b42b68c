/** MinHash against every pair of rows by their exact Jaccard similarity. */
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../src/main/base/random.ts';
import { jaccard } from '../../../src/main/base/statistics-text.ts';
import {
  estimatedJaccard,
  expectedRecall,
  findNearDuplicates,
  minHash,
} from '../../../src/main/data/datasets/near-duplicates.ts';
import { jaccardOf, shinglesOf } from '../../../src/main/data/datasets/shingles.ts';

const random = createRandom(11);
const word = () => `w${random.integer(5000)}`;
const text = (words: number) => Array.from({ length: words }, word).join(' ');
/** Some of its words replaced: the more, the less alike. */
const varied = (original: string, share: number) =>
  original
    .split(' ')
    .map((each) => (random.bernoulli(share) ? word() : each))
    .join(' ');

/** 120 texts, and of each a relative at some distance. */
const TEXTS = Array.from({ length: 120 }, (_, i) => {
  const original = text(40 + random.integer(40));
  return [original, varied(original, (i % 30) / 150)];
}).flat();

const exact = (a: string, b: string): number => jaccard(a, b, 'words', 3) ?? 0;

function find(texts: readonly string[], threshold: number): Int32Array {
  const finder = findNearDuplicates(texts.length, threshold);
  for (const each of texts) finder.add(each);
  const steps = finder.find((row) => texts[row]);
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value.earlier;
  }
}

describe('similarity', () => {
  it('of hashed runs is that of the runs themselves', () => {
    for (let i = 0; i < TEXTS.length; i += 2)
      expect(jaccardOf(shinglesOf(TEXTS[i]), shinglesOf(TEXTS[i + 1]))).toBeCloseTo(exact(TEXTS[i], TEXTS[i + 1]), 10);
  });

  it('is estimated without bias, within its standard error', () => {
    const errors = Array.from({ length: TEXTS.length / 2 }, (_, i) => {
      const [a, b] = [shinglesOf(TEXTS[2 * i]), shinglesOf(TEXTS[2 * i + 1])];
      const s = jaccardOf(a, b);
      return (estimatedJaccard(minHash(a), minHash(b)) - s) / Math.max(0.004, Math.sqrt((s * (1 - s)) / 128));
    });
    const mean = errors.reduce((sum, error) => sum + error, 0) / errors.length;
    const spread = Math.sqrt(errors.reduce((sum, error) => sum + error ** 2, 0) / errors.length);
    expect(Math.abs(mean)).toBeLessThan(0.3);
    expect(spread).toBeGreaterThan(0.6);
    expect(spread).toBeLessThan(1.3);
  });

  it('of texts without three words is that of their words, of none 0', () => {
    expect(shinglesOf('')).toHaveLength(0);
    expect(jaccardOf(shinglesOf(''), shinglesOf(''))).toBe(0);
    expect(jaccardOf(shinglesOf('Yes.'), shinglesOf('yes'))).toBe(1);
  });
});

describe('near duplicates', () => {
  it.each([0.7, 0.85, 0.95])('at %d: all true, and no more missed than the bands explain', (threshold) => {
    const found = find(TEXTS, threshold);
    let [wanted, missed, expectedMisses] = [0, 0, 0];
    for (let row = 0; row < TEXTS.length; row++) {
      if (found[row] !== -1) {
        expect(found[row]).toBeLessThan(row);
        expect(exact(TEXTS[row], TEXTS[found[row]])).toBeGreaterThanOrEqual(threshold);
      }
      // brute force: against every earlier row
      let best = 0;
      for (let earlier = 0; earlier < row; earlier++) best = Math.max(best, exact(TEXTS[row], TEXTS[earlier]));
      if (best < threshold) expect(found[row]).toBe(-1);
      else {
        wanted++;
        expectedMisses += 1 - expectedRecall(best);
        if (found[row] === -1) missed++;
      }
    }
    expect(wanted).toBeGreaterThan(10);
    expect(missed).toBeLessThanOrEqual(Math.ceil(3 * expectedMisses + 1));
  });

  it('are found among many that are the same, and rows without words are alike in nothing', () => {
    const same = Array.from({ length: 500 }, () => 'one and the same text that all of them have');
    const found = find([...same, '', '', '!'], 0.85);
    expect([...found.slice(1, 500)].every((earlier) => earlier !== -1)).toBe(true);
    expect([found[0], ...found.slice(500)]).toEqual([-1, -1, -1, -1]);
  });

  it('says how many it should find', () => {
    expect(expectedRecall(0.85)).toBeCloseTo(0.9938, 3);
    expect(expectedRecall(1)).toBe(1);
    expect(expectedRecall(0.3)).toBeLessThan(0.002);
  });
});
