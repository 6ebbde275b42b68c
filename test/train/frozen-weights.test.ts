/** Weights that training leaves as they are: not a bit of them moves, they are not in the norm, and a name that is none is refused. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { makeToy, weightsOf } from './toy.ts';

const toy = makeToy();
afterAll(() => rmSync(toy.folder, { recursive: true, force: true }));

const before = weightsOf(join(toy.folder, 'model'));
const frozen = { frozen_weights: ['embed_tokens', 'layers.0.'] };
const isFrozen = (name: string) => frozen.frozen_weights.some((part) => name.includes(part));

it('moves the others alone, with a smaller gradient norm', async () => {
  const free = await toy.train({});
  const part = await toy.train(frozen);
  for (const [name, data] of Object.entries(weightsOf(part.output_dir)))
    if (isFrozen(name)) expect(data, name).toEqual(before[name]);
    else expect(data, name).not.toEqual(before[name]);
  const norm = ({ steps }: typeof free) => Number(steps[0].metrics.grad_norm);
  expect(norm(part)).toBeGreaterThan(0);
  expect(norm(part)).toBeLessThan(norm(free));
  expect(part.steps[0].metrics.loss).toBe(free.steps[0].metrics.loss);
});

it('resumes to the same bits', async () => {
  const whole = await toy.train(frozen);
  const out = join(toy.folder, 'stopped');
  await toy.train(frozen, { out, stopAfter: 2 });
  const resumed = await toy.train(frozen, { out, resume: true });
  expect(weightsOf(resumed.output_dir)).toEqual(weightsOf(whole.output_dir));
});

it('refuses a part of no name, and to train nothing', async () => {
  await expect(toy.train({ frozen_weights: ['embedding'] })).rejects.toThrow('no weight has "embedding" in its name');
  await expect(toy.train({ frozen_weights: ['model'] })).rejects.toThrow('nothing is left to train');
});
