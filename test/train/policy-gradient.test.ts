/** PPO and RLOO: analytic start, learning what the reward likes, repeatability, micro-batches, resume, replay, the user's own reward. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunDocument } from '../../src/main/train/run.ts';
import { type Bench, curve, tinyBench, weightsOf } from './tiny-model.ts';

const words = ['red', 'green', 'blue', 'round', 'square', 'small', 'large', 'old', 'new', 'warm'];
const prompts = words.map((word) => ({ prompt: `name a ${word} thing :` }));
let bench: Bench;

beforeAll(() => {
  bench = tinyBench(prompts.map(({ prompt }) => `${prompt} a warm old ball`));
  writeFileSync(join(bench.folder, 'prompts.jsonl'), prompts.map((row) => JSON.stringify(row)).join('\n'));
  // likes the letter "o": a reward that a policy can only find by trying
  writeFileSync(
    join(bench.folder, 'reward.mjs'),
    'export const reward = (answers) => answers.map(({ completion }) => completion.split("o").length - 1);\n',
  );
  writeFileSync(join(bench.folder, 'bad.mjs'), 'export const reward = (answers) => answers.map(() => Number.NaN);\n');
});
afterAll(() => bench.remove());

const base = {
  model: 'model',
  dataset: 'prompts.jsonl',
  reward_function: 'reward.mjs',
  learning_rate: 1e-2,
  lr_scheduler_type: 'constant',
  per_device_train_batch_size: 20,
  num_mini_batches: 2,
  num_ppo_epochs: 2,
  temperature: 1,
  response_length: 8,
  max_length: 48,
  kl_coef: 0.01,
};
const ppo = (more: Record<string, unknown> = {}, extras = {}) => bench.run({ ...base, method: 'ppo', ...more }, extras);
const rloo = (more: Record<string, unknown> = {}, extras = {}) =>
  bench.run({ ...base, method: 'rloo', ...more }, extras);
const mean = (document: RunDocument, name: string, from: number, to: number): number => {
  const values = document.steps.slice(from, to).map(({ metrics }) => Number(metrics[name]));
  return values.reduce((a, b) => a + b, 0) / values.length;
};

describe('PPO', () => {
  it('starts with ratio 1, clip fraction 0, approxkl 0 and KL 0', async () => {
    const { steps } = await ppo({ max_steps: 1, num_ppo_epochs: 1, num_mini_batches: 1 });
    const [{ metrics }] = steps;
    expect(metrics['val/ratio']).toBeCloseTo(1, 5);
    expect(metrics['policy/clipfrac_avg']).toBe(0);
    expect(metrics['policy/approxkl_avg']).toBeCloseTo(0, 9);
    expect(metrics['objective/kl']).toBeCloseTo(0, 5);
    expect(metrics['objective/scores']).toBeGreaterThan(0);
  });

  it('learns what the reward likes, and leaves policy and critic as loadable folders', async () => {
    const found = await ppo({ max_steps: 30 });
    const before = mean(found, 'objective/scores', 0, 3);
    expect(mean(found, 'objective/scores', 27, 30)).toBeGreaterThan(before + 1);
    expect(Object.keys(weightsOf(found, 'value_model'))).toContain('score.weight');
    expect(Object.keys(weightsOf(found))).not.toContain('score.weight');
  });

  it('the same seed twice is the same bits, another seed is not', async () => {
    const one = await ppo({ max_steps: 3 });
    const two = await ppo({ max_steps: 3 });
    expect(curve(two)).toEqual(curve(one));
    expect(weightsOf(two)).toEqual(weightsOf(one));
    expect(curve(await ppo({ max_steps: 3, seed: 5 }))).not.toEqual(curve(one));
  });

  it('a minibatch in one pass equals the same minibatch in several', async () => {
    const whole = await ppo({ max_steps: 2 });
    const parts = await ppo({ max_steps: 2, per_device_train_batch_size: 5, gradient_accumulation_steps: 4 });
    whole.steps.forEach(({ metrics }, i) => {
      for (const [name, value] of Object.entries(metrics))
        expect(parts.steps[i].metrics[name], name).toBeCloseTo(Number(value), 3);
    });
  });

  it('resumes to the same curve and the same bits: policy, critic, KL coefficient, moments, data', async () => {
    const more = { max_steps: 6, adap_kl_ctrl: true, horizon: 100, use_score_scaling: true, use_score_norm: true };
    const whole = await ppo(more);
    const out = join(bench.folder, 'resumed');
    const first = await ppo(more, { out, stopAfter: 3 });
    expect(first.status).toBe('stopped');
    const rest = await ppo(more, { out, resume: true });
    expect([...curve(first), ...curve(rest)]).toEqual(curve(whole));
    expect(weightsOf(rest)).toEqual(weightsOf(whole));
    expect(weightsOf(rest, 'value_model')).toEqual(weightsOf(whole, 'value_model'));
    const kept = (dir: string) => readFileSync(join(dir, 'rollouts.jsonl'), 'utf8');
    expect(kept(out)).toBe(kept(whole.output_dir));
  });

  it('replays its own rollouts to the same weights', async () => {
    const live = await ppo({ max_steps: 3 });
    writeFileSync(join(bench.folder, 'recorded.jsonl'), readFileSync(join(live.output_dir, 'rollouts.jsonl')));
    const replay = await ppo({
      max_steps: 3,
      dataset: undefined,
      reward_function: undefined,
      rollouts: 'recorded.jsonl',
    });
    expect(weightsOf(replay)).toEqual(weightsOf(live));
    expect(replay.updates).toHaveLength(3 * 2 * 2);
  });

  it('skips and reports a minibatch whose ratio has run away', async () => {
    const found = await ppo({ max_steps: 1, ratio_threshold: 0.5 });
    expect(found.steps[0].metrics['ppo/skipped']).toBe(4);
    expect(weightsOf(found)).toEqual(weightsOf({ ...found, output_dir: join(bench.folder, 'model') }));
  });

  it('stops the inner epochs when approxkl exceeds 1.5 times its target', async () => {
    const found = await ppo({ max_steps: 1, num_ppo_epochs: 8, target_kl: 1e-6 });
    expect(found.steps[0].metrics['ppo/stopped_early']).toBe(1);
  });
});

describe('without a critic', () => {
  it.each(['rloo', 'reinforce', 'group'])('%s learns what the reward likes', async (advantage_estimator) => {
    const found = await rloo({ max_steps: 40, advantage_estimator });
    expect(mean(found, 'objective/scores', 37, 40)).toBeGreaterThan(mean(found, 'objective/scores', 0, 3) + 1);
  });

  it('resumes to the same bits, the running baseline included', async () => {
    const more = { max_steps: 4, advantage_estimator: 'reinforce' };
    const whole = await rloo(more);
    const out = join(bench.folder, 'resumed-rloo');
    await rloo(more, { out, stopAfter: 2 });
    const rest = await rloo(more, { out, resume: true });
    expect(weightsOf(rest)).toEqual(weightsOf(whole));
  });

  it('with KL in the loss keeps the policy closer than without', async () => {
    const free = await rloo({ max_steps: 25, kl_coef: 0 });
    const held = await rloo({ max_steps: 25, kl_coef: 1, kl_in_loss: true });
    expect(mean(held, 'objective/kl', 22, 25)).toBeLessThan(mean(free, 'objective/kl', 22, 25));
  });
});

describe('refusals', () => {
  it.each([
    ['no reward', { reward_function: undefined }, 'a reward is needed'],
    ['no prompts', { dataset: undefined }, 'prompts are needed'],
    ['a reward that is not a number', { reward_function: 'bad.mjs' }, 'reward of answer 0 is NaN'],
    ['a reward file that is not there', { reward_function: 'none.mjs' }, 'there is no file'],
    ['groups that do not fit', { method: 'rloo', num_generations: 3 }, 'cannot be shared out evenly'],
    ['a group of one', { method: 'rloo', num_generations: 1 }, 'num_generations of 2 or more'],
  ])('%s', async (_, more, message) => {
    await expect(bench.run({ ...base, method: 'ppo', max_steps: 1, ...more })).rejects.toThrow(message);
  });

  it('rollouts of a model with more tokens are named by line, field and id', async () => {
    const row = { query_ids: [1], response_ids: [2], contains_eos: true, score: 1 };
    const rows = [row, { ...row, query_ids: [1, 99_999] }];
    writeFileSync(join(bench.folder, 'other.jsonl'), rows.map((each) => JSON.stringify(each)).join('\n'));
    await expect(ppo({ rollouts: 'other.jsonl', max_steps: 1 })).rejects.toThrow(
      /other\.jsonl:2: "query_ids\.1": .*a rollout of a model with \d+ tokens was expected/,
    );
  });

  it('a recorded row that is no rollout is named by line and field', async () => {
    writeFileSync(
      join(bench.folder, 'broken.jsonl'),
      '{"query_ids":[1],"response_ids":[2],"contains_eos":true,"score":1}\n{"query_ids":[1],"response_ids":[],"contains_eos":true,"score":1}\n',
    );
    await expect(ppo({ rollouts: 'broken.jsonl', max_steps: 1 })).rejects.toThrow(/broken\.jsonl:2: "response_ids"/);
  });
});
