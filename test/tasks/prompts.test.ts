/** Prompts of every task: distinct, seeded, and dealt to two splits that no seed can mix. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../src/main/base/random.ts';
import { tasks } from '../../src/main/tasks/index.ts';
import { slotChoices, splitOf } from '../../src/main/tasks/prompt-space.ts';
import { preferenceProbability, prefersFirst } from '../../src/main/tasks/rater.ts';

describe.each(tasks.all.map((task) => [task.id, task] as const))('%s', (_id, task) => {
  it('has at least 10 000 distinct prompts', () => {
    expect(task.distinctPrompts).toBeGreaterThan(10_000);
    expect(new Set(task.prompts('train', 12_000, 1)).size).toBe(12_000);
  });

  it('never shows a held-out prompt in training, whatever the seeds', () => {
    const heldOut = new Set([...task.prompts('held-out', 1500, 1), ...task.prompts('held-out', 1500, 77)]);
    const train = [...task.prompts('train', 15_000, 1), ...task.prompts('train', 15_000, 2)];
    expect(train.filter((prompt) => heldOut.has(prompt))).toEqual([]);
  });

  it('gives the same prompts for the same seed, others for another', () => {
    expect(task.prompts('train', 100, 4)).toEqual(task.prompts('train', 100, 4));
    expect(task.prompts('train', 100, 4)).not.toEqual(task.prompts('train', 100, 5));
    expect(task.prompts('train', 1000, 4).slice(0, 100)).toEqual(task.prompts('train', 100, 4));
  });

  it('ends every prompt alike and reads all of them', () => {
    for (const prompt of task.prompts('train', 2000, 9)) {
      expect(prompt).toMatch(/ :$/);
      expect(Number.isFinite(task.gold(prompt, 'anything'))).toBe(true);
    }
  });

  it('refuses more prompts than there are', () => {
    expect(() => task.prompts('held-out', task.distinctPrompts, 1)).toThrow(/at most \d+ distinct prompts/);
    expect(() => task.prompts('train', -1, 1)).toThrow(RangeError);
  });
});

it('every world of the folder is registered', () => {
  const folder = new URL('../../src/main/tasks/', import.meta.url);
  const worlds = readdirSync(folder)
    .filter((file) => /: Task = \{|export const \w+ = worldTask\(/.test(readFileSync(new URL(file, folder), 'utf8')))
    .map((file) => file.replace('.ts', ''));
  expect(worlds.sort()).toEqual(tasks.all.map((task) => task.id).sort());
});

it('helpful: every number gives another prompt', () => {
  const helpful = tasks.get('helpful');
  const heldOut = Array.from({ length: helpful.distinctPrompts }, (_, i) => splitOf(i)).filter((s) => s === 'held-out');
  const all = [
    ...helpful.prompts('held-out', heldOut.length, 1),
    ...helpful.prompts('train', helpful.distinctPrompts - heldOut.length, 1),
  ];
  expect(new Set(all).size).toBe(92_160);
  expect(heldOut.length / all.length).toBeCloseTo(0.1, 2);
});

it('slotChoices counts like an odometer', () => {
  expect([0, 1, 2, 3, 5].map((i) => slotChoices(i, [2, 3]))).toEqual([
    [0, 0],
    [0, 1],
    [0, 2],
    [1, 0],
    [1, 2],
  ]);
});

describe('rater', () => {
  it('is the logistic of the difference over the temperature', () => {
    expect(preferenceProbability(1, 1, 1)).toBe(0.5);
    expect(preferenceProbability(2, 0, 2)).toBeCloseTo(1 / (1 + Math.exp(-1)), 15);
    expect(preferenceProbability(0, 2, 2) + preferenceProbability(2, 0, 2)).toBeCloseTo(1, 15);
    expect([preferenceProbability(1, 0, 0), preferenceProbability(0, 1, 0), preferenceProbability(1, 1, 0)]).toEqual([
      1, 0, 0.5,
    ]);
    expect(() => preferenceProbability(0, 1, -1)).toThrow(/temperature/);
    expect(() => preferenceProbability(0, 1, Number.NaN)).toThrow(/temperature/);
  });

  it('draws with that probability', () => {
    const random = createRandom(11);
    let first = 0;
    for (let i = 0; i < 20_000; i++) if (prefersFirst(1, 0, 1, random)) first++;
    expect(Math.abs(first / 20_000 - preferenceProbability(1, 0, 1))).toBeLessThan(0.01);
  });
});
