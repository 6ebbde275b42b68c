/** The world `enumerable`: its response space, its reward, and its demonstrations. */
import { describe, expect, it } from 'vitest';
import { mean } from '../../src/main/base/statistics.ts';
import {
  bestResponse,
  enumerable,
  RESPONSES,
  responseRewards,
  responseText,
  SYMBOLS,
} from '../../src/main/tasks/enumerable.ts';
import { PromptError } from '../../src/main/tasks/task.ts';
import { manyDemonstrations, strangersOf } from './demonstrations.ts';

const PROMPT = 'c a f b d :';

it('has 1 + 7 + 49 + 343 + 2 401 responses in order, and 16 807 prompts', () => {
  expect(RESPONSES).toHaveLength(2801);
  expect(new Set(RESPONSES.map(responseText)).size).toBe(2801);
  expect(RESPONSES.slice(0, 10).map(responseText)).toEqual(['', 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'a a', 'a b']);
  expect(responseText(RESPONSES[2800])).toBe('g g g g');
  expect(enumerable.distinctPrompts).toBe(16_807);
});

describe('gold reward', () => {
  it.each([
    ['c a f d', 3],
    ['c a d', 2.5],
    ['c a', 2],
    ['c', 1],
    ['f', 0.75],
    ['d', 0.5],
    ['a', 0],
    ['a a', 0.5],
    ['b b b b', -1.75],
    ['', -1],
    ['c x', -1],
    ['c a f d g', 3],
  ])('"%s": %f', (completion, gold) => {
    expect(enumerable.gold(PROMPT, completion)).toBe(gold);
  });
  it('a response of four symbols ends by itself', () => {
    expect(enumerable.gold(PROMPT, 'c a f d', { ended: false })).toBe(3);
    expect(enumerable.gold(PROMPT, 'c a d', { ended: false })).toBe(1);
    expect(enumerable.onGrammar(PROMPT, 'c a f d', { ended: false })).toBe(true);
    expect(enumerable.onGrammar(PROMPT, 'c a d', { ended: false })).toBe(false);
  });
  it('of all responses at once equals the gold of each', () => {
    for (const prompt of enumerable.prompts('train', 5, 3)) {
      const rewards = responseRewards(prompt);
      expect([...rewards]).toEqual(RESPONSES.map((response) => enumerable.gold(prompt, responseText(response))));
    }
  });
  it.each(['', 'a b c d :', 'a b c d e f :', 'a b c d e', 'a b c d h :'])(
    'refuses the foreign prompt "%s"',
    (prompt) => {
      expect(() => enumerable.gold(prompt, 'a')).toThrow(PromptError);
    },
  );
});

it('the best response has the highest gold of all', () => {
  for (const prompt of enumerable.prompts('held-out', 60, 2)) {
    const asked = prompt
      .split(' ')
      .slice(0, 5)
      .map((word) => (SYMBOLS as readonly string[]).indexOf(word));
    expect(enumerable.gold(prompt, responseText(bestResponse(asked)))).toBe(Math.max(...responseRewards(prompt)));
  }
});

it('demonstrations: a quarter best, 35% half right, 40% random', () => {
  const shown = manyDemonstrations(enumerable, 15_000);
  const share = (quality: string) => shown.filter((d) => d.quality === quality).length / shown.length;
  expect(Math.abs(share('good') - 0.25)).toBeLessThan(0.015);
  expect(Math.abs(share('medium') - 0.35)).toBeLessThan(0.015);
  const golds = ['good', 'medium', 'bad'].map((q) => mean(shown.filter((d) => d.quality === q).map((d) => d.gold)));
  expect(golds[0]).toBeGreaterThan(golds[1] + 1);
  expect(golds[1]).toBeGreaterThan(golds[2] + 1);
  expect(strangersOf(enumerable, shown)).toEqual({ strange: [], unknown: [] });
});
