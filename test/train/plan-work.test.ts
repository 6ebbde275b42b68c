/** What a step and a run do, counted by hand for each kind of method. */
import { describe, expect, it } from 'vitest';
import { methods } from '../../src/main/train/methods/index.ts';
import { planWork } from '../../src/main/train/plan-work.ts';

const BATCH = { per_device_train_batch_size: 8, gradient_accumulation_steps: 2 };
const work = (method: string, options: Record<string, unknown> = {}, rows: number | null = 64, held = 0) =>
  planWork(methods.get(method).pass, { ...BATCH, ...options }, { rows, held }, 20);

describe('a step', () => {
  it('of SFT and rewards is its passes alone', () => {
    for (const method of ['sft', 'reward'])
      expect(work(method).step).toEqual({
        passes: 2,
        updates: 1,
        forward: { reference: 0, scoring: 0, annotator: 0 },
        answers: 0,
        tokens: 20,
      });
  });

  it('of DPO scores the reference where it is live or moves, of KTO a borrowed answer a row', () => {
    const reference = (options: object) => work('dpo', { ...options }).step.forward.reference;
    expect(reference({})).toBe(0);
    expect(reference({ precompute_ref_log_probs: false })).toBe(16);
    expect(reference({ sync_ref_model: true })).toBe(16);
    expect(reference({ precompute_ref_log_probs: false, reference_free: true })).toBe(0);
    expect(work('kto').step.forward).toEqual({ reference: 0, scoring: 16, annotator: 0 });
  });

  it('of methods that sample draws and scores answers; PPO learns from them several times, with a critic', () => {
    expect(work('online_dpo', { num_generations: 2, annotator: 'gold' }).step).toMatchObject({
      passes: 2,
      forward: { reference: 16, annotator: 0 },
      answers: 32,
    });
    const judged = { num_generations: 4, annotator: 'reward_model', offline_share: 0.25 };
    expect(work('online_dpo', judged).step).toMatchObject({ answers: 48, forward: { annotator: 24 } });
    const policy = { num_ppo_epochs: 3, num_mini_batches: 4, reward_model: 'r' };
    expect(work('rloo', { ...policy, num_generations: 2 }).step).toMatchObject({
      passes: 6,
      updates: 12,
      answers: 16,
      forward: { reference: 16, scoring: 16, annotator: 16 },
    });
    expect(work('ppo', policy).step).toMatchObject({ passes: 12, updates: 24, forward: { scoring: 32 } });
  });

  it('waits for a person and for a judge elsewhere', () => {
    const waits = (annotator: string) => work('online_dpo', { annotator }).waits;
    expect(['gold', 'reward_model', 'llm_judge', 'human'].map(waits)).toEqual([false, false, true, true]);
    expect(work('ppo').waits).toBe(false);
  });
});

describe('a run', () => {
  it('has steps by their number, by epochs, or by nobody’s word', () => {
    expect(work('dpo', { max_steps: 7 }).run.steps).toBe(7);
    expect(work('dpo', { num_train_epochs: 1.5 }).run.steps).toBe(6);
    expect(work('dpo', {}, null).run.steps).toBeNull();
    // 67 rows in batches of 8, two a step: 9 batches and 5 steps, without the last batch 8 and 4
    expect(work('dpo', { num_train_epochs: 2 }, 67).run.steps).toBe(10);
    const dropped = work('dpo', { num_train_epochs: 2, dataloader_drop_last: true, save_strategy: 'epoch' }, 67).run;
    expect(dropped).toMatchObject({ steps: 8, referenceRows: 67, checkpoints: 2 });
    expect(work('dpo', { max_steps: 3, dataloader_drop_last: true }, 67).run.referenceRows).toBe(48);
    // 64 prompts, four answers each, 16 answers a step
    expect(work('rloo', { num_generations: 4, num_train_epochs: 1 }).run.steps).toBe(16);
  });

  it('scores the stored reference once: rows that are reached, and those held out', () => {
    expect(work('dpo', { max_steps: 2 }, 64, 10).run.referenceRows).toBe(42);
    expect(work('dpo', { num_train_epochs: 2 }, 64, 10).run.referenceRows).toBe(74);
    expect(work('kto', { num_train_epochs: 2 }, 64, 10).run.referenceRows).toBe(148);
    expect(work('dpo', { precompute_ref_log_probs: false }).run.referenceRows).toBe(0);
    expect(work('sft').run.referenceRows).toBe(0);
  });

  it('is evaluated at start, end and when due, and saved when due and at the end', () => {
    const looks = (options: object) => work('sft', { max_steps: 10, ...options }).run.evaluations;
    expect([looks({}), looks({ eval_steps: 4 }), looks({ eval_steps: 5 }), looks({ eval_steps: 0.2 })]).toEqual([
      2, 4, 3, 6,
    ]);
    // an epoch is four steps
    expect(looks({ eval_strategy: 'epoch' })).toBe(4);
    expect(work('sft', { max_steps: 10, save_steps: 3 }).run.checkpoints).toBe(4);
    expect(work('sft', { max_steps: 10, save_strategy: 'no', save_steps: 3 }).run.checkpoints).toBe(1);
    expect(work('sft', {}, 64, 24).run.evaluation.passes).toBe(3);
    expect(work('sft', { eval_strategy: 'no', sample_prompts: 3 }, 64, 24).run.evaluation).toMatchObject({
      passes: 0,
      answers: 3,
      tokens: 48,
    });
  });
});
