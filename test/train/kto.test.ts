/** KTO beyond TRL's runs: analytic start, borrowed answers, order of pairs taken apart, weights, resume, bad rows. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { TrainEvent } from '../../src/main/train/method.ts';
import { lendAnswers, unpairedOrder } from '../../src/main/train/unpaired-rows.ts';
import { curveOf, makeToy, toyPairs, toyUnpaired, weightsOf } from './toy.ts';

const toy = makeToy();
afterAll(() => rmSync(toy.folder, { recursive: true, force: true }));
const base = { method: 'kto', dataset: 'unpaired.jsonl', shuffle: false };

describe('KTO', () => {
  it('starts at one half when the reference is the policy itself, whatever the batch', async () => {
    const { steps, evaluations } = await toy.train({ ...base, eval_dataset: 'unpaired.jsonl', max_steps: 1 });
    expect(steps[0].metrics.loss).toBeCloseTo(0.5, 5);
    expect(evaluations[0].metrics.eval_loss).toBeCloseTo(0.5, 5);
    expect(steps[0].metrics.kl).toBeLessThan(1e-4);
  });

  it('with a moving reference, a run that was stopped goes on as if it had not been', async () => {
    const moving = { ...base, max_steps: 6, sync_ref_model: true, ref_model_sync_steps: 2, ref_model_mixup_alpha: 0.5 };
    const whole = await toy.train(moving);
    const still = await toy.train({ ...base, max_steps: 6 });
    expect(whole.steps[5].metrics.loss).not.toBe(still.steps[5].metrics.loss);
    const out = join(toy.folder, 'moving');
    const begun = await toy.train(moving, { out, stopAfter: 3 });
    expect(begun.status).toBe('stopped');
    const resumed = await toy.train(moving, { out, resume: true });
    expect(curveOf(resumed)).toEqual(curveOf(whole).slice(3));
    expect(weightsOf(resumed.output_dir)).toEqual(weightsOf(whole.output_dir));
    await expect(toy.train({ ...moving, use_peft: true })).rejects.toThrow('with LoRA leave it out');
    await expect(toy.train({ ...moving, precompute_ref_log_probs: true })).rejects.toThrow('cannot be scored once');
  });

  it('says that TRL keeps the order of the rows, unless the config decides', async () => {
    const linesOf = async (config: object) => {
      const lines: string[] = [];
      const onEvent = (event: TrainEvent) => event.type === 'log' && lines.push(event.text);
      await toy.train({ method: 'kto', dataset: 'unpaired.jsonl', max_steps: 1, ...config }, { onEvent });
      return lines.join('\n');
    };
    expect(await linesOf({})).toContain('TRL’s KTOTrainer keeps that of the data');
    expect(await linesOf({ shuffle: true })).not.toContain('KTOTrainer');
    expect(await linesOf({ shuffle: false })).not.toContain('KTOTrainer');
  });

  it('raises wanted answers and lowers unwanted ones', async () => {
    const { steps } = await toy.train({ ...base, max_steps: 40, beta: 0.5 });
    expect(steps.at(-1)?.metrics['rewards/margins']).toBeGreaterThan(0.2);
    expect(steps.at(-1)?.metrics.loss).toBeLessThan(0.45);
  });

  it('weights scale their side only: without weight of unwanted rows, wanted rows alone decide', async () => {
    const wanted = toy.write('wanted.jsonl', toyUnpaired.filter((row) => row.label).slice(0, 4));
    const mixed = toy.write('mixed.jsonl', [
      ...toyUnpaired.filter((row) => row.label).slice(0, 4),
      ...toyUnpaired.filter((row) => !row.label).slice(0, 4),
    ]);
    const options = { ...base, loss_type: 'apo_zero_unpaired', max_steps: 1, max_grad_norm: 0 };
    const alone = await toy.train({ ...options, dataset: wanted });
    const both = await toy.train({
      ...options,
      dataset: mixed,
      per_device_train_batch_size: 8,
      desirable_weight: 2,
      undesirable_weight: 0,
    });
    expect(both.steps[0].metrics.loss).toBeCloseTo(Number(alone.steps[0].metrics.loss), 5);
    expect(both.steps[0].metrics.grad_norm).toBeCloseTo(Number(alone.steps[0].metrics.grad_norm), 4);
    expect(alone.steps[0].metrics).not.toHaveProperty('rewards/rejected');
    expect(alone.steps[0].metrics).not.toHaveProperty('rewards/margins');
  });

  it('without KL, 8 rows at once equal accumulation over 8 times one', async () => {
    const options = { ...base, loss_type: 'apo_zero_unpaired', max_steps: 3 };
    const together = await toy.train({ ...options, per_device_train_batch_size: 8 });
    const apart = await toy.train({
      ...options,
      per_device_train_batch_size: 1,
      gradient_accumulation_steps: 8,
    });
    together.steps.forEach(({ metrics }, i) => {
      expect(apart.steps[i].metrics.loss).toBeCloseTo(Number(metrics.loss), 5);
      expect(apart.steps[i].metrics.grad_norm).toBeCloseTo(Number(metrics.grad_norm), 4);
    });
  });

  it('resumed in the middle it equals the uninterrupted run bit for bit', async () => {
    const options = { ...base, shuffle: true, max_steps: 6 };
    const whole = await toy.train(options);
    const out = join(toy.folder, 'kto-resumed');
    const first = await toy.train(options, { out, stopAfter: 3 });
    const second = await toy.train(options, { out, resume: true });
    expect([...curveOf(first), ...curveOf(second)]).toEqual(curveOf(whole));
    expect(weightsOf(out)).toEqual(weightsOf(whole.output_dir));
  });

  it('takes pairs apart: the same as the file of single answers in that order', async () => {
    const apart = toy.write('apart.jsonl', [
      ...toyPairs.map(({ prompt, chosen }) => ({ prompt, completion: chosen, label: true })),
      ...toyPairs.map(({ prompt, rejected }) => ({ prompt, completion: rejected, label: false })),
    ]);
    const fromPairs = await toy.train({ ...base, dataset: 'pairs.jsonl' });
    const fromRows = await toy.train({ ...base, dataset: apart });
    expect(curveOf(fromPairs)).toEqual(curveOf(fromRows));
  });

  it('names the line of a row without a usable label', async () => {
    const bad = toy.write('bad.jsonl', [{ prompt: 'a', completion: ' b', label: 'maybe' }]);
    await expect(toy.train({ ...base, dataset: bad })).rejects.toThrow(
      'bad.jsonl:1: "label" must be true or false, found "maybe"',
    );
  });

  it('says that a batch of one makes the KL estimate useless', async () => {
    const said: string[] = [];
    await toy.train(
      { ...base, per_device_train_batch_size: 1, max_steps: 1 },
      { onEvent: (event) => event.type === 'log' && said.push(event.text) },
    );
    expect(said.join()).toContain('each row lends itself its own answer');
  });
});

describe('borrowed answers', () => {
  const row = (i: number) => ({ prompt: [100 + i], answer: [i, i], label: true });
  it('go round within groups of consecutive rows, a smaller last group within itself', () => {
    const lent = lendAnswers([0, 1, 2, 3, 4].map(row), 3, null);
    expect(lent.map(({ borrowed }) => borrowed.ids)).toEqual([
      [100, 2, 2],
      [101, 0, 0],
      [102, 1, 1],
      [103, 4, 4],
      [104, 3, 3],
    ]);
    expect(lent[0].row.ids).toEqual([100, 0, 0]);
    expect(lent.every(({ borrowed }) => borrowed.start === 1)).toBe(true);
  });

  it('are cut to the longest sequence', () => {
    expect(lendAnswers([0, 1].map(row), 2, 2)[0].borrowed.ids).toEqual([100, 1]);
  });

  it('of pairs: of every 1000 pairs first the chosen, then the rejected answers', () => {
    const order = unpairedOrder(Array.from({ length: 2004 }, (_, i) => i));
    expect(order.slice(0, 3)).toEqual([0, 2, 4]);
    expect(order.slice(999, 1002)).toEqual([1998, 1, 3]);
    expect(order.slice(2000)).toEqual([2000, 2002, 2001, 2003]);
  });
});
