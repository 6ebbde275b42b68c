/** What DPO's options promise: equal numbers by different roads, a reference that moves and resumes, and errors that say what to do. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { TrainEvent } from '../../src/main/train/method.ts';
import { configOf, curveOf, makeToy, toyPairs, weightsOf } from './toy.ts';

const toy = makeToy();
afterAll(() => rmSync(toy.folder, { recursive: true, force: true }));
const same = async (a: Record<string, unknown>, b: Record<string, unknown>) =>
  expect(curveOf(await toy.train(a))).toEqual(curveOf(await toy.train(b)));
const lossesOf = async (config: Record<string, unknown>) =>
  (await toy.train(config)).steps.map(({ metrics }) => Number(metrics.loss));

describe('the same numbers by another road', () => {
  it('reference scored once or batch by batch, up to rounding of other paddings', async () => {
    const once = await toy.train({ precompute_ref_log_probs: true });
    const anew = await toy.train({ precompute_ref_log_probs: false });
    once.steps.forEach(({ metrics }, i) => {
      for (const [name, value] of Object.entries(metrics))
        expect(anew.steps[i].metrics[name], name).toBeCloseTo(Number(value), 4);
    });
  });

  it('rpo_alpha is the loss sft added with that weight', () =>
    same({ rpo_alpha: 0.3 }, { loss_type: ['sigmoid', 'sft'], loss_weights: [1, 0.3] }));

  it('ld_alpha 1 changes nothing', () => same({ ld_alpha: 1 }, {}));

  it('alpha_divergence at 1 is the reverse KL', () =>
    same({ f_divergence_type: 'alpha_divergence', f_alpha_divergence_coef: 1 }, {}));

  it('two equal losses with half the weight are one loss', async () => {
    const one = await lossesOf({});
    const two = await lossesOf({ loss_type: ['sigmoid', 'sigmoid'], loss_weights: [0.5, 0.5] });
    one.forEach((loss, i) => {
      expect(two[i]).toBeCloseTo(loss, 6);
    });
  });

  it('a reference that moves all the way every step is always the policy: ln 2 at every step', async () => {
    const config = { sync_ref_model: true, ref_model_mixup_alpha: 1, ref_model_sync_steps: 1, max_steps: 5 };
    for (const loss of await lossesOf(config)) expect(loss).toBeCloseTo(Math.LN2, 5);
  });

  it('answers of a thousand nats start at ln 2 to the last digit of float32', async () => {
    const long = toy.write('thousand.jsonl', [
      { prompt: 'x :', chosen: ' red green'.repeat(170), rejected: ' no' },
      { prompt: 'x :', chosen: ' blue', rejected: ' no red'.repeat(200) },
    ]);
    for (const batch of [1, 2]) {
      const config = { dataset: long, max_length: null, max_steps: 1, per_device_train_batch_size: batch, beta: 0.5 };
      const [{ metrics }] = (await toy.train(config)).steps;
      expect(Math.min(Number(metrics['logps/chosen']), Number(metrics['logps/rejected']))).toBeLessThan(-400);
      expect(Math.abs(Number(metrics.loss) - Math.LN2)).toBeLessThan(1e-7);
      expect(Math.abs(Number(metrics['rewards/margins']))).toBeLessThan(1e-6);
    }
  });

  it.each(['dpo', 'kto'])('%s leaves out ties, which prefer neither answer, and says so', async (method) => {
    const tied = toy.write('tied.jsonl', [toyPairs[0], { ...toyPairs[1], tie: true }, { ...toyPairs[2], tie: false }]);
    const untied = toy.write('untied.jsonl', [toyPairs[0], toyPairs[2]]);
    const said: string[] = [];
    const options = { method, max_steps: 2, per_device_train_batch_size: 2 };
    const onEvent = (event: TrainEvent) => void (event.type === 'log' && said.push(event.text));
    const withTies = await toy.train({ ...options, dataset: tied }, { onEvent });
    expect(weightsOf(withTies.output_dir)).toEqual(
      weightsOf((await toy.train({ ...options, dataset: untied })).output_dir),
    );
    expect(said.join()).toContain(
      '1 rows of tied.jsonl were dropped; the first is row 2: a tie prefers neither answer',
    );
    const ties = toy.write('ties.jsonl', [{ ...toyPairs[1], tie: true }]);
    await expect(toy.train({ ...options, dataset: ties })).rejects.toThrow(
      'ties.jsonl: none of its 1 rows can be used',
    );
  });

  it('max_length null cuts and drops nothing', async () => {
    const long = toy.write('long.jsonl', [
      ...toyPairs.slice(0, 3),
      { prompt: 'x :', chosen: ' red'.repeat(30), rejected: ' no' },
    ]);
    const options = { dataset: long, max_steps: 1, shuffle: false };
    const whole = await toy.train({ ...options, max_length: null });
    const cut = await toy.train({ ...options, max_length: 20 });
    expect(whole.steps[0].metrics.num_tokens).toBeGreaterThan(Number(cut.steps[0].metrics.num_tokens));
  });

  it('padding changes no metric: pairs of very different length together give the mean of both alone', async () => {
    const rows = [toyPairs[0], { prompt: 'x :', chosen: ' red'.repeat(15), rejected: ' no' }];
    const model = (await toy.train({ max_steps: 8 })).output_dir.slice(toy.folder.length + 1);
    const evaluate = async (name: string, of: readonly object[]) => {
      const eval_dataset = toy.write(name, of);
      const options = { model, ref_model: 'model', eval_dataset, learning_rate: 0, max_steps: 1 };
      return (await toy.train(options)).evaluations[0].metrics;
    };
    const together = await evaluate('both.jsonl', rows);
    const [a, b] = [await evaluate('a.jsonl', [rows[0]]), await evaluate('b.jsonl', [rows[1]])];
    for (const name of ['loss', 'logps/chosen', 'logps/rejected', 'rewards/margins', 'rewards/accuracies'])
      expect(together[`eval_${name}`], name).toBeCloseTo(
        (Number(a[`eval_${name}`]) + Number(b[`eval_${name}`])) / 2,
        4,
      );
  });
});

describe('without a reference', () => {
  it('rewards are β times the log-probabilities', async () => {
    const { steps } = await toy.train({ reference_free: true, max_steps: 1, beta: 0.2 });
    const { metrics } = steps[0];
    expect(metrics['rewards/chosen']).toBeCloseTo(0.2 * Number(metrics['logps/chosen']), 4);
  });

  it('refuses a reference beside it', () =>
    expect(toy.train({ reference_free: true, ref_model: 'model' })).rejects.toThrow('reference_free trains without'));
});

describe('resumed in the middle it equals the uninterrupted run bit for bit', () => {
  it.each([
    ['a moving reference', { sync_ref_model: true, ref_model_sync_steps: 2 }],
    ["BCO's running reward shift", { loss_type: 'bco_pair', bco_delta: 'running' }],
  ])('with %s', async (what, extra) => {
    const options = { ...extra, max_steps: 7, learning_rate: 5e-3 };
    const whole = await toy.train(options);
    const out = join(toy.folder, what.replaceAll(/\W/g, '-'));
    const first = await toy.train(options, { out, stopAfter: 3 });
    const second = await toy.train(options, { out, resume: true });
    expect([...curveOf(first), ...curveOf(second)]).toEqual(curveOf(whole));
    expect(weightsOf(out)).toEqual(weightsOf(whole.output_dir));
  });

  it('a run that moved its reference leaves it beside the model', async () => {
    const { output_dir } = await toy.train({ sync_ref_model: true, ref_model_sync_steps: 2, learning_rate: 5e-3 });
    expect(configOf(join(output_dir, 'reference'))).toMatchObject({ model_type: 'llama' });
    expect(weightsOf(join(output_dir, 'reference'))).not.toEqual(weightsOf(output_dir));
  });
});

describe('the running reward shift of BCO', () => {
  it('changes the loss as soon as rewards have a mean, and held-out pairs do not move it', async () => {
    const options = { loss_type: 'bco_pair', learning_rate: 5e-3, max_steps: 6 };
    const plain = await lossesOf(options);
    const shifted = await lossesOf({ ...options, bco_delta: 'running' });
    expect(shifted[0]).toBeCloseTo(plain[0], 5);
    expect(Math.abs(shifted[5] - plain[5])).toBeGreaterThan(1e-5);
    const looked = { ...options, bco_delta: 'running', eval_dataset: 'pairs.jsonl', eval_steps: 1 };
    expect(await lossesOf(looked)).toEqual(shifted);
  });
});

describe('options that cannot be meant', () => {
  it.each([
    [{ label_smoothing: 0.1 }, 'sigmoid does not use label_smoothing. Choose a loss that does: cdpo, robust'],
    [{ loss_type: 'ipo', label_smoothing: 0.1 }, 'ipo does not use label_smoothing'],
    [{ loss_type: 'exo_pair' }, 'exo_pair needs label_smoothing above 0'],
    [{ loss_type: ['sigmoid', 'sft'], loss_weights: [1] }, 'loss_weights has 1 entries for 2 losses'],
    [{ loss_type: 'apo_zero', f_divergence_type: 'js_divergence' }, 'apo_zero is defined by the reverse KL'],
    [{ loss_type: 'aot', f_divergence_type: 'forward_kl' }, 'aot is defined by the reverse KL'],
    [{ sync_ref_model: true, precompute_ref_log_probs: true }, 'a reference that moves'],
    [{ discopop_tao: 1 }, 'unknown option "discopop_tao"; did you mean "discopop_tau"?'],
    [{ loss_type: 'sigmod' }, 'loss_type'],
  ])('%j', async (config, message) => {
    await expect(toy.train(config)).rejects.toThrow(message);
  });

  it('label_smoothing is fine where one of several losses uses it', async () => {
    const [loss] = await lossesOf({ loss_type: ['sigmoid', 'robust'], label_smoothing: 0.1, max_steps: 1 });
    expect(loss).toBeCloseTo(2 * Math.LN2, 5);
  });
});
