/** Sampling from 8- or 4-bit weights under an adapter: what is learnt uses the float32 weights, a resume goes on bit for bit, the plan counts the codes. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createScorer } from '../../src/main/evaluate/scoring.ts';
import { loadModel } from '../../src/main/train/load-model.ts';
import type { TrainEvent } from '../../src/main/train/method.ts';
import type { TrainingPlan } from '../../src/main/train/plan.ts';
import { readRollouts } from '../../src/main/train/rollouts/rollout.ts';
import { curveOf, makeToy, type Toy, type TrainOptions } from './toy.ts';

let toy: Toy;
beforeAll(() => {
  toy = makeToy();
  writeFileSync(
    join(toy.folder, 'reward.mjs'),
    'export const reward = (answers) => answers.map(({ completion }) => completion.split("o").length - 1);\n',
  );
});
afterAll(() => rmSync(toy.folder, { recursive: true, force: true }));

const base = {
  use_peft: true,
  lora_r: 3,
  lora_alpha: 6,
  lora_target_modules: 'all-linear',
  learning_rate: 1e-2,
  reward_function: 'reward.mjs',
  response_length: 6,
  per_device_train_batch_size: 8,
  temperature: 0.8,
  max_length: 48,
  max_steps: 4,
  generation_weight_bits: 4,
};
const METHODS: Readonly<Record<string, Record<string, unknown>>> = {
  online_dpo: { annotator: 'reward_function', resample_every: 2 },
  ppo: { num_ppo_epochs: 2 },
  rloo: { num_ppo_epochs: 2 },
};
const train = (config: Record<string, unknown>, how: TrainOptions = {}) => toy.train({ ...base, ...config }, how);
const adapterIn = (folder: string) => readFileSync(join(folder, 'adapter_model.safetensors'));
const MEAN = 'sampling/sampling_logp_difference/mean';

describe.each(Object.entries(METHODS))('%s', (method, config) => {
  it('tells how far the weights that draw are from those it trains, and goes on after a stop bit for bit', async () => {
    const whole = await train({ method, ...config }, { out: join(toy.folder, `bits-${method}`) });
    for (const { metrics } of whole.steps) {
      expect(Number(metrics[MEAN])).toBeGreaterThan(0);
      expect(Number(metrics['sampling/sampling_logp_difference/max'])).toBeGreaterThan(Number(metrics[MEAN]));
    }
    const cut = join(toy.folder, `bits-cut-${method}`);
    const first = await train({ method, ...config }, { out: cut, stopAfter: 1 });
    const second = await train({ method, ...config }, { out: cut, resume: true });
    expect([...curveOf(first), ...curveOf(second)]).toEqual(curveOf(whole));
    expect(adapterIn(cut)).toEqual(adapterIn(whole.output_dir));
    const exact = await train({ method, ...config, generation_weight_bits: 32 });
    expect(exact.steps[0].metrics).not.toHaveProperty(MEAN);
  });

  it('is nearer with 8 bits than with 4, and refused where no weight is frozen', async () => {
    const at = async (generation_weight_bits: number) =>
      Number((await train({ method, ...config, generation_weight_bits, max_steps: 1 })).steps[0].metrics[MEAN]);
    expect(await at(8)).toBeLessThan((await at(4)) / 2);
    const whole = { use_peft: false, lora_r: undefined, lora_alpha: undefined, lora_target_modules: undefined };
    await expect(train({ method, ...config, ...whole })).rejects.toThrow(
      'generation_weight_bits 4 quantises weights that are frozen, and here all are trained; set use_peft',
    );
  });
});

it('learns from the ratio to the float32 weights: 1 on the first update, though other weights drew', async () => {
  const found = await train({ method: 'rloo', num_ppo_epochs: 1, max_steps: 1 });
  expect(Number(found.steps[0].metrics['val/ratio'])).toBeCloseTo(1, 5);
  expect(Number(found.steps[0].metrics['policy/approxkl_avg'])).toBeLessThan(1e-9);
});

it('keeps both log-probabilities of each token; the one learnt from is what the saved weights say', async () => {
  const out = join(toy.folder, 'bits-kept');
  await train({ method: 'rloo', num_ppo_epochs: 1, max_steps: 1 }, { out });
  const [[rollout]] = await readRollouts(join(out, 'rollouts.jsonl'), 1000);
  // a fresh adapter starts at nothing: step 1 sampled from the base
  const { model } = loadModel(join(toy.folder, 'model'));
  const scorer = await createScorer(model, { weights: 'frozen', maxPositions: 48, threads: 1 });
  const [logps] = await scorer.score([[...rollout.queryIds, ...rollout.responseIds]]);
  await scorer.close();
  const expected = [...logps.subarray(rollout.queryIds.length - 1)];
  rollout.sampledLogprobs.forEach((logp, i) => void expect(logp).toBeCloseTo(expected[i], 4));
  expect(rollout.generationLogprobs).toHaveLength(expected.length);
  const line = JSON.parse(readFileSync(join(out, 'rollouts.jsonl'), 'utf8').split('\n')[0]);
  expect(line.generation_logprobs).toEqual(rollout.generationLogprobs);
});

it('is part of the plan', async () => {
  const planned = async (generation_weight_bits: number): Promise<TrainingPlan> => {
    const plans: TrainingPlan[] = [];
    const onEvent = (event: TrainEvent) => void (event.type === 'planned' && plans.push(event.plan));
    await train({ method: 'rloo', generation_weight_bits, max_steps: 1 }, { onEvent });
    return plans[0];
  };
  const [exact, eight, four] = [await planned(32), await planned(8), await planned(4)];
  expect(exact.memory.beside).toBe(0);
  expect(four.memory.beside).toBeGreaterThan(0);
  expect(eight.memory.beside).toBeGreaterThan(four.memory.beside);
});
