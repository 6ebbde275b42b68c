/** Training that leaves the numbers ends with a message and keeps the weights that were still finite, by every method. */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { Optimiser } from '../../src/main/train/optimiser.ts';
import { gradientName } from '../../src/main/train/step-graph.ts';
import { makeToy, toyPairs, weightsOf } from './toy.ts';

const toy = makeToy();
toy.write(
  'prompts.jsonl',
  toyPairs.map(({ prompt }) => ({ prompt })),
);
writeFileSync(
  join(toy.folder, 'sum.mjs'),
  'export const reward = (a) => a.map(({ completion }) => completion.length);',
);
afterAll(() => rmSync(toy.folder, { recursive: true, force: true }));

const sampled = { dataset: 'prompts.jsonl', reward_function: 'sum.mjs', temperature: 1, response_length: 4 };
const finite = (weights: Record<string, Float32Array>) =>
  Object.values(weights).every((data) => data.every(Number.isFinite));

describe('a rate that throws the weights away', () => {
  it.each([
    ['sft', {}],
    ['dpo', {}],
    ['kto', { dataset: 'unpaired.jsonl' }],
    ['reward', {}],
    ['ppo', { ...sampled, num_ppo_epochs: 1 }],
    ['rloo', { ...sampled, num_generations: 2 }],
    ['online_dpo', { ...sampled, annotator: 'reward_function' }],
  ])('%s says in which step, and its checkpoint holds numbers', async (method, more) => {
    const out = join(toy.folder, `out-${method}`);
    const config = { method, learning_rate: 1e25, max_steps: 5, ...more };
    await expect(toy.train(config, { out })).rejects.toThrow(/diverged|not a number|NaN/);
    const kept = weightsOf(join(out, 'checkpoint-1'));
    expect(finite(kept)).toBe(true);
  });
});

it('a step whose gradient is not finite is not taken', () => {
  const weights = new Map([['w', Float32Array.of(1, 2)]]);
  const model = { specs: [{ name: 'w', shape: [2], decay: false, init: { value: 0 } }], weights };
  const options = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0, maxGradNorm: 1 };
  const optimiser = new Optimiser(model, options);
  const gradient = (data: Float32Array) => optimiser.accumulate({ [gradientName('w')]: { shape: [2], data } as never });
  gradient(Float32Array.of(1, Number.NaN));
  expect(() => optimiser.step(0.1)).toThrow('the norm of the gradient is NaN');
  expect([...(weights.get('w') ?? [])]).toEqual([1, 2]);
  expect(optimiser.steps).toBe(0);
});
