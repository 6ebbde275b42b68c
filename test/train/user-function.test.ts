/** A reward function of the user's: what it may give back, what is said when it fails and where, and a stop while it never answers. */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { makeToy, toyPairs, weightsOf } from './toy.ts';

const toy = makeToy();
toy.write(
  'prompts.jsonl',
  toyPairs.map(({ prompt }) => ({ prompt })),
);
afterAll(() => rmSync(toy.folder, { recursive: true, force: true }));

let number = 0;
/** A config whose reward is this source text. */
function rewardedBy(source: string, more: Readonly<Record<string, unknown>> = {}) {
  const name = `reward-${number++}.mjs`;
  writeFileSync(join(toy.folder, name), source);
  return {
    method: 'rloo',
    dataset: 'prompts.jsonl',
    reward_function: name,
    num_generations: 2,
    temperature: 1,
    response_length: 4,
    max_steps: 2,
    ...more,
  };
}

describe('what it gives back', () => {
  it('typed arrays, promises and plain arrays are the same scores', async () => {
    const plain = await toy.train(rewardedBy('export const reward = (a) => a.map((_, i) => i % 3);'));
    const typed = await toy.train(rewardedBy('export const reward = (a) => Float32Array.from(a, (_, i) => i % 3);'));
    const later = await toy.train(rewardedBy('export const reward = async (a) => a.map((_, i) => i % 3);'));
    for (const run of [typed, later]) expect(weightsOf(run.output_dir)).toEqual(weightsOf(plain.output_dir));
  });

  it.each([
    ['() => 5', 'reward must return 4 numbers, found number'],
    ['() => [1]', 'reward must return 4 numbers, found 1'],
    ['(a) => a.map(() => "3")', 'reward of answer 0 is "3"; a finite number was expected'],
    ['(a) => a.map(() => null)', 'reward of answer 0 is null'],
    ['(a) => a.map((_, i) => (i === 1 ? 1 / 0 : 0))', 'reward of answer 1 is Infinity'],
  ])('%s is refused', async (body, message) => {
    const config = rewardedBy(`export const reward = ${body};`);
    await expect(toy.train(config)).rejects.toThrow(`${config.reward_function}: ${message}`);
  });
});

describe('what goes wrong in it', () => {
  it('says the module, the line and what was thrown', async () => {
    const config = rewardedBy('// mine\nexport const reward = () => {\n  throw new Error("no network");\n};');
    await expect(toy.train(config)).rejects.toThrow(/reward-\d+\.mjs: reward failed: no network \(line 3, column 9\)$/);
    const rejecting = rewardedBy('export const reward = async () => { throw "only text"; };');
    await expect(toy.train(rejecting)).rejects.toThrow(/reward failed: only text$/);
  });

  it('a module that cannot be read, and one that exports something else', async () => {
    await expect(toy.train(rewardedBy('export const reward = ('))).rejects.toThrow(/the module cannot be loaded/);
    await expect(toy.train(rewardedBy('export const score = 1;'))).rejects.toThrow(/"reward".*it exports score/);
    await expect(toy.train(rewardedBy('export const reward = 1;'))).rejects.toThrow(/its "reward" is number/);
  });
});

describe('a stop while it never answers', () => {
  const SLOW = `let calls = 0;
    export const reward = (a) => (++calls > LIMIT && process.env.REWARD_HANGS === '1' ? new Promise(() => {}) : a.map((_, i) => i % 3));`;

  it.each([
    ['in a step', { eval_prompts: 0 }, 1],
    ['in an evaluation', { eval_dataset: 'prompts.jsonl', eval_prompts: 4, eval_steps: 1 }, 2],
  ])('%s leaves a checkpoint from which the run goes on to the same metrics and weights', async (_, more, calls) => {
    const whole = rewardedBy(SLOW.replace('LIMIT', '99'), { ...more, max_steps: 4 });
    const hanging = rewardedBy(SLOW.replace('LIMIT', String(calls)), { ...more, max_steps: 4 });
    const uninterrupted = await toy.train(whole);
    const out = join(toy.folder, `stopped-${number}`);
    process.env.REWARD_HANGS = '1';
    const stopped = await toy.train(hanging, { out, stopAfterMs: 1500 });
    delete process.env.REWARD_HANGS;
    expect(stopped.status).toBe('stopped');
    const rest = await toy.train(hanging, { out, resume: true });
    expect(rest.status).toBe('finished');
    expect([...stopped.steps, ...rest.steps]).toEqual(uninterrupted.steps);
    expect([...stopped.evaluations, ...rest.evaluations]).toEqual(uninterrupted.evaluations);
    expect(weightsOf(rest.output_dir)).toEqual(weightsOf(uninterrupted.output_dir));
  });
});
