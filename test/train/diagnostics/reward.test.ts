/** Diagnostics of reward models: formulas by hand, then in real runs on pairs of a built-in task. */
import { readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createRandom } from '../../../src/main/base/random.ts';
import { rewardReport, type ScoredPair } from '../../../src/main/evaluate/reward-report.ts';
import { ratedPair } from '../../../src/main/evaluate/simulated-pairs.ts';
import { tasks } from '../../../src/main/tasks/index.ts';
import { wordsOf } from '../../../src/main/tasks/sentences.ts';
import { calibrationCurve } from '../../../src/main/train/diagnostics/reward-calibration.ts';
import { rewardDrift } from '../../../src/main/train/diagnostics/reward-drift.ts';
import { goldAgreement } from '../../../src/main/train/diagnostics/reward-gold.ts';
import { lengthOfScores, stratifiedMargin } from '../../../src/main/train/diagnostics/reward-length.ts';
import { makeToy, toyPairs } from '../toy.ts';

/** Score and length of both answers. */
const pair = (chosen: [number, number], rejected: [number, number], tie = false): ScoredPair => ({
  prompt: String(chosen),
  tie,
  chosen: { score: chosen[0], length: chosen[1] },
  rejected: { score: rejected[0], length: rejected[1] },
});
/** Difference of scores at which σ is this. */
const logit = (p: number) => Math.log(p / (1 - p));

describe('the calibration curve', () => {
  it('says how often each confidence is right, and how much too sure the whole is', () => {
    // says 75% three times, right twice; says 95% once, wrong; says 50% once: half right whatever the order
    const said = [0.75, 0.75, 0.25, 0.05, 0.5].map((p) => pair([logit(p), 1], [0, 1]));
    const { calibration, ece } = rewardReport(said);
    const found = calibrationCurve(calibration);
    expect(Object.keys(found)).toEqual(['calibration/overconfidence', 'calibration/right_70', 'calibration/right_90']);
    expect(found['calibration/right_70']).toBeCloseTo(2 / 3, 12);
    expect(found['calibration/right_90']).toBeCloseTo(0, 12);
    expect(found['calibration/overconfidence']).toBeCloseTo((3 * (0.75 - 2 / 3) + 0.95) / 5, 12);
    // all bins err on one side here, so that the calibration error is the same
    expect(ece).toBeCloseTo(found['calibration/overconfidence'], 12);
  });

  it('is below 0 for a model that is right more often than it says', () => {
    const { calibration } = rewardReport([pair([logit(0.6), 1], [0, 1]), pair([logit(0.6), 1], [0, 1])]);
    expect(calibrationCurve(calibration)['calibration/overconfidence']).toBeCloseTo(-0.4, 12);
    expect(calibrationCurve(calibration)['calibration/right_50']).toBeCloseTo(1, 12);
  });

  it('of a model that knows nothing is empty', () => {
    expect(calibrationCurve(rewardReport([pair([1, 1], [1, 2])]).calibration)).toEqual({
      'calibration/overconfidence': 0,
    });
  });
});

describe('length', () => {
  it('within a pair: do longer answers score higher?', () => {
    const found = lengthOfScores([pair([3, 8], [1, 4]), pair([0, 2], [1, 4]), pair([9, 1], [0, 7], true)]);
    // differences from each pair's own mean: scores ±1, ∓½, ±4.5; lengths ±2, ∓1, ∓3
    const covariance = 2 * (1 * 2 + 0.5 * 1 - 4.5 * 3);
    const spread = Math.sqrt(2 * (1 + 0.25 + 20.25) * 2 * (4 + 1 + 9));
    expect(found['length/within_prompt']).toBeCloseTo(covariance / spread, 12);
    expect(lengthOfScores([pair([1, 4], [0, 4])])).toEqual({ 'length/within_prompt': Number.NaN });
  });

  it('the margin at equal length is 0 where the score is the length, and whole where it is not', () => {
    const lengths = [2, 4, 6, 8];
    const byLength = lengths.map((length) => pair([length + 2, length + 2], [length, length]));
    const margin = (pairs: readonly ScoredPair[]) => stratifiedMargin(pairs)['length/stratified_margin'];
    // quartiles of 2 4 4 6 6 8 8 10 are 4, 6, 8: 2 4 | 4 and 6 | 6 and 8 | 8 and 10; the last has no rejected answer
    expect(margin(byLength)).toBeCloseTo((3 * (4 - 3) + 0 + 0) / 7, 12);
    expect(margin(lengths.map((length) => pair([5, length], [1, length])))).toBeCloseTo(4, 12);
  });
});

describe('drift', () => {
  it('tells level, scale and order apart', () => {
    const start = [0, 1, 2, 3];
    expect(rewardDrift(start, [10, 11, 12, 13])).toEqual({
      'drift/mean': 10,
      'drift/std': 0,
      'drift/rank_correlation': 1,
    });
    const turned = rewardDrift(start, [6, 4, 2, 0]);
    expect(turned).toMatchObject({ 'drift/mean': 1.5, 'drift/rank_correlation': -1 });
    expect(turned['drift/std']).toBeCloseTo(Math.sqrt(5 / 3), 12); // twice the spread: as much again
  });
});

describe('agreement with gold', () => {
  it('asks for the order of gold, not of the labels, also apart by length', () => {
    const answer = (score: number, gold: number, length: number) => ({ score, gold, length });
    const found = goldAgreement([
      [answer(2, 1, 5), answer(1, 0, 9)], // right, the better one is shorter
      [answer(5, 0, 9), answer(1, 3, 2)], // wrong, shorter
      [answer(0, 1, 4), answer(4, 2, 6)], // right, longer
      [answer(7, 1, 1), answer(3, 1, 2)], // equal gold: no pair
    ]);
    expect(found['gold/accuracy']).toBeCloseTo(2 / 3, 12);
    expect(found).toMatchObject({
      'gold/accuracy_shorter_better': 0.5,
      'gold/accuracy_longer_better': 1,
    });
    const same = goldAgreement([[answer(1, 10, 1), answer(2, 20, 1)]]);
    expect(same['gold/correlation']).toBe(1);
    expect(same['gold/accuracy_longer_better']).toBeNaN();
  });
});

const toy = makeToy();
afterAll(() => rmSync(toy.folder, { recursive: true, force: true }));

/** Pairs of demonstrations, as a rater without noise labels them. */
function taskPairs(count: number, seed: number) {
  const task = tasks.get('harmless');
  const random = createRandom(seed);
  const answer = (prompt: string) => {
    const completion = task.demonstration(prompt, random).completion;
    return {
      prompt,
      completion: ` ${completion}`,
      gold: task.gold(prompt, completion),
      tokens: wordsOf(completion).length,
    };
  };
  const rows = task
    .prompts('train', count, seed)
    .flatMap((prompt) => ratedPair(answer(prompt), answer(prompt), { temperature: 0 }, random));
  // what the rows say of gold is not what is read
  return rows.map(({ prompt, chosen, rejected }) => ({ prompt, chosen, rejected }));
}

describe('in a run', () => {
  const config = {
    method: 'reward',
    model: resolve(import.meta.dirname, '../../../resources/models/harmless-reference').replace(/^\//, '../../'),
    dataset: toy.write('task.jsonl', taskPairs(200, 1)),
    eval_dataset: toy.write('held.jsonl', taskPairs(60, 2)),
    task: 'harmless',
    learning_rate: 1e-3,
    per_device_train_batch_size: 16,
    max_length: 96,
    max_steps: 12,
    eval_steps: 4,
    save_steps: 4,
    save_strategy: 'steps',
  };

  it('length and spread come with every step; calibration, drift and gold with every evaluation; a resume has the same', async () => {
    const whole = await toy.train(config);
    for (const { metrics } of whole.steps)
      expect(metrics).toMatchObject({
        std_reward: expect.any(Number),
        'length/within_prompt': expect.any(Number),
      });
    const [first, last] = [whole.evaluations[0].metrics, whole.evaluations.at(-1)?.metrics ?? {}];
    expect(first).toMatchObject({ 'eval_drift/mean': 0, 'eval_drift/std': 0 });
    expect(first['eval_drift/rank_correlation']).toBeCloseTo(1, 12);
    expect(last).toMatchObject({
      'eval_calibration/overconfidence': expect.any(Number),
      'eval_length/stratified_margin': expect.any(Number),
      'eval_gold/correlation': expect.any(Number),
    });
    expect(last['eval_drift/std']).toBeGreaterThan(0);
    // the labels of these pairs are gold's own wherever golds differ
    expect(last['eval_gold/accuracy']).toBeGreaterThan(Number(first['eval_gold/accuracy']));
    expect(Math.abs(Number(last['eval_gold/accuracy']) - Number(last.eval_accuracy))).toBeLessThan(0.1);

    const out = join(toy.folder, 'resumed');
    const before = await toy.train(config, { out, stopAfter: 8 });
    const after = await toy.train(config, { out, resume: true });
    expect([...before.evaluations, ...after.evaluations]).toEqual(whole.evaluations);
    const file = (folder: string) => readFileSync(join(folder, 'diagnostics.jsonl'), 'utf8');
    expect(file(out)).toBe(file(whole.output_dir));
    expect(
      file(out)
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line).kind),
    ).toEqual(['calibration', 'reward_scores', ...new Array(3).fill('calibration')]);
  }, 120_000);

  it('refuses held-out pairs that are not of the task, and names the line', async () => {
    const mixed = toy.write('mixed.jsonl', [...taskPairs(2, 3), toyPairs[0]]);
    await expect(toy.train({ ...config, eval_dataset: mixed })).rejects.toThrow(
      /mixed\.jsonl:3: task "harmless" cannot read the prompt "name a red thing :"/,
    );
    const chat = toy.write('chat.jsonl', [
      {
        prompt: [{ role: 'user', content: 'hello' }],
        chosen: [{ role: 'assistant', content: 'a' }],
        rejected: [{ role: 'assistant', content: 'b' }],
      },
    ]);
    await expect(toy.train({ ...config, model: 'model', dataset: 'pairs.jsonl', eval_dataset: chat })).rejects.toThrow(
      'chat.jsonl:1: the task harmless reads plain text, found a conversation: leave "task" out',
    );
  });
});
