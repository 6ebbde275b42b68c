/** Diagnostics in real runs: each number against another way to the same number, no effect of padding, the same after a resume. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunDocument } from '../../../src/main/train/run.ts';
import { type Bench, type RunExtras, tinyBench } from '../tiny-model.ts';

const words = ['red', 'green', 'blue', 'round', 'square', 'small', 'large', 'old', 'new', 'warm', 'cold', 'soft'];
let bench: Bench;

beforeAll(() => {
  bench = tinyBench(words.map((word) => `name a ${word} thing : a warm old ball the the`));
  const write = (name: string, rows: readonly unknown[]) =>
    writeFileSync(join(bench.folder, name), rows.map((row) => JSON.stringify(row)).join('\n'));
  const pairs = words.map((word, i) => ({
    prompt: `name a ${word} thing :`,
    // lengths differ, so that batches are padded
    chosen: i % 2 === 0 ? ' a ball' : ' a warm old ball , and a small one',
    rejected: i % 3 === 0 ? ' no' : ' what is a thing ?',
  }));
  write('pairs.jsonl', pairs);
  write(
    'demonstrations.jsonl',
    pairs.map(({ prompt, chosen }) => ({ prompt, completion: chosen })),
  );
  write(
    'prompts.jsonl',
    pairs.map(({ prompt }) => ({ prompt })),
  );
  writeFileSync(
    join(bench.folder, 'reward.mjs'),
    'export const reward = (answers) => answers.map(({ completion }) => completion.split("o").length - 1);\n',
  );
});
afterAll(() => bench.remove());

const common = {
  model: 'model',
  learning_rate: 5e-3,
  lr_scheduler_type: 'constant',
  per_device_train_batch_size: 6,
  max_steps: 6,
  eval_steps: 3,
  save_steps: 3,
  max_length: 60,
  sample_max_new_tokens: 10,
};
const dpo = { ...common, method: 'dpo', dataset: 'pairs.jsonl', eval_dataset: 'pairs.jsonl', beta: 0.1 };
const run = (config: Record<string, unknown>, extras: RunExtras = {}) => bench.run(config, extras);

interface Finding {
  readonly step: number;
  readonly kind: string;
  readonly value: never;
}
const findings = ({ output_dir }: RunDocument, kind: string, file = 'diagnostics.jsonl'): readonly Finding[] =>
  readFileSync(join(output_dir, file), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Finding)
    .filter((finding) => finding.kind === kind);
const metric = (document: RunDocument, at: number, name: string): number =>
  Number(document.evaluations.at(at)?.metrics[`eval_${name}`]);

describe('diagnostics of offline DPO', () => {
  it('hold against the other numbers of the same evaluation', async () => {
    const found = await run({ ...dpo, diagnostic_rows: 12 });
    expect(found.evaluations).toHaveLength(3);
    // nothing has moved before the first step
    for (const name of [
      'displacement/chosen_below_start',
      'displacement/chosen_change',
      'displacement/mass_moved',
      'kl/k1',
      'kl/k3',
    ])
      expect(Math.abs(metric(found, 0, name)), name).toBeLessThan(1e-5);
    // the change since the start is what the reference sees, which is the start: rewards / β
    for (const side of ['chosen', 'rejected'])
      expect(metric(found, 2, `displacement/${side}_change`)).toBeCloseTo(metric(found, 2, `rewards/${side}`) / 0.1, 4);
    expect(metric(found, 2, 'displacement/mass_moved')).toBeGreaterThan(0.01);
    expect(metric(found, 2, 'kl/k3')).toBeGreaterThan(0);
    const apart = Math.abs(metric(found, 2, 'kl/k1') - metric(found, 2, 'kl/k3'));
    expect(apart).toBeLessThan(metric(found, 2, 'kl/k1_ci') + metric(found, 2, 'kl/k3_ci'));
    const probe = metric(found, 0, 'probes/the the the the');
    expect(probe).toBeLessThan(0);
    expect(metric(found, 2, 'probes/the the the the')).not.toBe(probe);
    expect(Number(found.steps[0].metrics['displacement/chosen_below_start'])).toBe(0);
    expect(found.steps.at(-1)?.metrics).toHaveProperty('displacement/both_fall');
  });

  it('keep the implicit reward token by token: its sum is the reward', async () => {
    const found = await run({ ...dpo, diagnostic_rows: 12 });
    interface Side {
      readonly tokens: readonly string[];
      readonly rewards: readonly number[];
      readonly sum: number;
    }
    const kept = findings(found, 'token_rewards');
    expect(kept.map(({ step }) => step)).toEqual([0, 3, 6]);
    const pairs = kept[2].value as { chosen: Side; rejected: Side }[];
    // on four pairs alone the evaluation's mean is the mean of what is kept
    const head = readFileSync(join(bench.folder, 'pairs.jsonl'), 'utf8').split('\n').slice(0, 4).join('\n');
    writeFileSync(join(bench.folder, 'four.jsonl'), head);
    const four = await run({ ...dpo, eval_dataset: 'four.jsonl', diagnostic_rows: 12 });
    for (const side of ['chosen', 'rejected'] as const) {
      const mean = pairs.reduce((total, pair) => total + pair[side].sum, 0) / 4;
      expect(mean).toBeCloseTo(metric(four, 2, `rewards/${side}`), 5);
      for (const { [side]: answer } of pairs) {
        expect(answer.tokens).toHaveLength(answer.rewards.length);
        expect(answer.rewards.reduce((a, b) => a + b, 0)).toBeCloseTo(answer.sum, 9);
      }
    }
    expect(pairs[0].chosen.tokens.join('')).toContain(' a ball');
  });

  it('name the tokens that gain the mass', async () => {
    const found = await run(dpo);
    const [start, , end] = findings(found, 'moved_mass').map(
      ({ value }) => value as Record<'gained' | 'lost', { token: string; mass: number }[]>,
    );
    expect(start.gained.every(({ mass }) => mass < 1e-6)).toBe(true);
    expect(end.gained[0].mass).toBeGreaterThan(0);
    expect(end.lost[0].mass).toBeLessThan(0);
    expect(typeof end.gained[0].token).toBe('string');
  });

  it('do not depend on how rows are padded together', async () => {
    const one = await run({ ...dpo, per_device_eval_batch_size: 1 });
    const all = await run({ ...dpo, per_device_eval_batch_size: 12 });
    const names = Object.keys(all.evaluations[2].metrics).filter((name) =>
      /^eval_(displacement|ood|kl|probes|completions|rewards|logps)\//.test(name),
    );
    expect(names.length).toBeGreaterThan(20);
    for (const at of [0, 2])
      for (const name of names) {
        const value = all.evaluations[at].metrics[name];
        expect(Number(one.evaluations[at].metrics[name]), name).toBeCloseTo(Number(value), 4);
      }
  });

  it('are the same in a run that was stopped and resumed', async () => {
    const out = join(bench.folder, 'resumed');
    await run(dpo, { out, stopAfter: 4 });
    const resumed = await run(dpo, { out, resume: true });
    const whole = await run(dpo);
    expect(resumed.evaluations.at(-1)).toEqual(whole.evaluations.at(-1));
    expect(readFileSync(join(out, 'diagnostics.jsonl'), 'utf8')).toBe(
      readFileSync(join(whole.output_dir, 'diagnostics.jsonl'), 'utf8'),
    );
  });

  it('change nothing of what is learnt, and cost nothing when they are switched off', async () => {
    const [on, off] = [await run(dpo), await run({ ...dpo, diagnostic_rows: 0 })];
    expect(on.steps).toEqual(off.steps);
    expect(metric(off, 2, 'displacement/chosen_change')).toBe(metric(on, 2, 'displacement/chosen_change'));
    expect(Object.keys(off.evaluations[2].metrics).filter((name) => /ood|kl|probes|completions/.test(name))).toEqual(
      [],
    );
  });
});

describe('diagnostics of the other methods', () => {
  it('SFT and KTO watch fresh answers and probes; KTO its distance as well', async () => {
    const sft = await run({
      ...common,
      method: 'sft',
      dataset: 'demonstrations.jsonl',
      eval_dataset: 'demonstrations.jsonl',
      probes: [' no', ' a ball'],
      learning_rate: 2e-2,
      max_steps: 20,
      eval_steps: 10,
    });
    expect(metric(sft, -1, 'probes/a ball')).toBeGreaterThan(metric(sft, 0, 'probes/a ball') + 5);
    // what is learnt is the data: answers come nearer to it
    expect(metric(sft, -1, 'ood/new_trigrams')).toBeLessThan(metric(sft, 0, 'ood/new_trigrams'));
    expect(sft.evaluations[0].metrics).not.toHaveProperty('eval_kl/k1');
    const kto = await run({ ...common, method: 'kto', dataset: 'pairs.jsonl', eval_dataset: 'pairs.jsonl' });
    expect(Math.abs(metric(kto, 0, 'kl/k1'))).toBeLessThan(1e-5);
    expect(metric(kto, -1, 'kl/k2')).toBeGreaterThan(0);
  });

  const sampling = {
    ...common,
    dataset: 'prompts.jsonl',
    eval_dataset: 'prompts.jsonl',
    eval_prompts: 12,
    reward_function: 'reward.mjs',
    response_length: 8,
    temperature: 1,
    learning_rate: 1e-2,
  };
  it.each([
    ['online_dpo', { annotator: 'reward_function' }],
    ['rloo', { num_generations: 2 }],
    ['ppo', {}],
  ])('%s draws KL, length bias and agreement of the same samples', async (method, more) => {
    const found = await run({ ...sampling, ...more, method });
    const { metrics } = found.evaluations.at(-1) ?? { metrics: {} };
    expect(Math.abs(metric(found, 0, 'kl/k1'))).toBeLessThan(1e-5);
    expect(metric(found, -1, 'kl/k1')).toBeCloseTo(metric(found, -1, 'objective/kl'), 9);
    for (const name of ['kl/k3_ci', 'length/stratified_gain', 'completions/repetition', 'probes/the the the the'])
      expect(metrics, name).toHaveProperty(`eval_${name}`);
    expect(metric(found, 0, 'length/stratified_gain')).toBe(0);
    const kept = findings(found, 'token_rewards', 'diagnostics-answers.jsonl').at(-1)?.value as unknown as {
      rewards: number[];
      sum: number;
    }[];
    expect(kept).toHaveLength(4);
    expect(found.steps[0].metrics).toHaveProperty('completions/ended');
    if (method === 'rloo') expect(Number(found.steps[0].metrics['agreement/optimum_distance'])).toBeGreaterThan(0);
    // all answers are cut at the same length: a correlation with it has no value, and is not NaN
    expect(found.steps[0].metrics).not.toHaveProperty('length/within_prompt');
    expect(found.steps.flatMap(({ non_finite }) => non_finite ?? [])).toEqual([]);
  });

  it('an annotator that is not the gold reward is held against it, and over-optimisation drawn', async () => {
    const found = await run({
      ...sampling,
      method: 'online_dpo',
      dataset: undefined,
      eval_dataset: undefined,
      task: 'helpful',
      annotator: 'reward_function',
      eval_prompts: 8,
      prompt_count: 24,
      response_length: 12,
      max_length: null,
    }).catch((error: Error) => error);
    // the tiny model may not have room for the world's prompts: then it says so
    if (found instanceof Error) throw found;
    expect(found.steps[0].metrics).toHaveProperty('judge/gold_agreement');
    expect(found.evaluations.at(-1)?.metrics).toHaveProperty('eval_overoptimisation/gold_gain');
    expect(metric(found, 0, 'overoptimisation/proxy_gain')).toBe(0);
  });
});
