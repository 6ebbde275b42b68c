/** The lab's view against test/golden/numerics/exact_lab.json; its own reward against the task's gold. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { normalised } from '../../src/main/evaluate/exact-optimum.ts';
import { enumerable, POINTS, RESPONSES, responseText } from '../../src/main/tasks/enumerable.ts';
import { isGold, labRewards, writeRewardFunction } from '../../src/main/train/lab/reward.ts';
import { describeOptimum, massOf, placesOf, policyDescriber } from '../../src/main/train/lab/view.ts';
import { loadModel } from '../../src/main/train/load-model.ts';
import { openRewardSource } from '../../src/main/train/rollouts/rewards.ts';

const golden = JSON.parse(readFileSync(new URL('../golden/numerics/exact_lab.json', import.meta.url), 'utf8'));

/** ln P of each sequence from the golden file's conditionals. */
function logsOf(table: Record<string, number[]>): Float64Array {
  return Float64Array.from(golden.sequences as string[], (sequence) => {
    const steps = [...sequence].map((digit, i) => table[sequence.slice(0, i)][Number(digit)]);
    const end = sequence.length === golden.max_length ? [] : [table[sequence][golden.symbols]];
    return [...steps, ...end].reduce((total, p) => total + Math.log(p), 0);
  });
}

describe.each(golden.cases as { params: { beta: number }; expected: Record<string, never> }[])(
  'beta $params.beta against the golden file',
  ({ params: { beta }, expected }) => {
    const reference = logsOf(golden.ref_conditionals);
    const policy = logsOf(golden.policy_conditionals);
    const pair = { chosen: 7, rejected: 3 };
    const space = { reference, rewards: golden.rewards as number[], beta, pairs: [pair], pair };
    const near = (found: number, wanted: number) =>
      expect(Math.abs(found - wanted)).toBeLessThanOrEqual(1e-9 * Math.max(Math.abs(wanted), 1e-3));

    it('the optimum', () => {
      const { exact, star, chosen } = describeOptimum(space);
      near(exact.logZ, expected.logZ);
      near(exact.JStar, expected.J_star);
      near(exact.klStar, expected.kl_star_ref);
      near(exact.meanRewardStar, expected.mean_reward_star);
      near(Math.exp(star[7]), (expected.pi_star as number[])[7]);
      near(chosen.rewardFromOptimum, golden.rewards[7]);
    });
    it('the policy', () => {
      const found = policyDescriber(space)(policy);
      const wanted = expected.policy as Record<string, number>;
      near(found.J, wanted.J);
      near(found.kl, wanted.kl_policy_ref);
      near(found.gap, wanted.gap);
      near(found.betaKl, wanted.beta_kl_policy_star);
      near(found.meanReward, wanted.mean_reward);
      near(found.pair.margin, beta * (policy[7] - reference[7] - (policy[3] - reference[3])));
    });
  },
);

describe('where the mass lies', () => {
  it('an answer stands where it was put more often, and the rest is elsewhere', () => {
    const places = placesOf([
      { chosen: 0, rejected: 1 },
      { chosen: 0, rejected: 2 },
      { chosen: 2, rejected: 0 },
      { chosen: 2, rejected: 3 },
      { chosen: 1, rejected: 0 },
    ]);
    expect([...places].sort()).toEqual([
      [0, 'rejected'],
      [1, 'rejected'],
      [2, 'chosen'],
      [3, 'rejected'],
    ]);
    const mass = massOf([0.1, 0.2, 0.3, 0.15, 0.25].map(Math.log), places);
    expect(mass.chosen).toBeCloseTo(0.3, 12);
    expect(mass.rejected).toBeCloseTo(0.45, 12);
    expect(mass.elsewhere).toBeCloseTo(0.25, 12);
  });
});

describe('the reward of the lab', () => {
  const prompts = enumerable.prompts('train', 2, 3);
  const gold = { scale: 1, points: POINTS };

  it('is the gold reward at its start, as numbers and as the module that methods call', async () => {
    expect(isGold(gold)).toBe(true);
    expect(isGold({ ...gold, scale: 2 })).toBe(false);
    expect(isGold({ ...gold, points: { ...POINTS, empty: 0 } })).toBe(false);
    const folder = mkdtempSync(join(tmpdir(), 'plumb-reward-'));
    try {
      const rewards = prompts.map((prompt) => labRewards(prompt, gold));
      const path = writeRewardFunction(folder, { prompts, rewards }, gold);
      const { tokenizer } = loadModel(join(import.meta.dirname, '../../resources/models/enumerable-reference'));
      const shared = { maxPositions: 16 };
      const [own, task] = [
        await openRewardSource({ ...shared, rewardFunction: path }, tokenizer),
        await openRewardSource({ ...shared, task: 'enumerable' }, tokenizer),
      ];
      const texts = [...RESPONSES.map(responseText), 'a : b', ': :', ' a  b', 'a b c d e'];
      const answers = prompts.flatMap((prompt) =>
        texts.flatMap((text) =>
          [true, false].map((ended) => ({ prompt, completion: ` ${text}`, queryIds: [], responseIds: [], ended })),
        ),
      );
      expect(await own.score(answers)).toEqual(await task.score(answers));
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('is linear in its scale, and likes what it is told to', () => {
    const base = labRewards(prompts[0], gold);
    expect([...labRewards(prompts[0], { ...gold, scale: 3 })]).toEqual([...base].map((reward) => 3 * reward));
    const liked = labRewards(prompts[0], { scale: 1, points: { ...POINTS, fourth: 4 } });
    const best = RESPONSES[liked.indexOf(Math.max(...liked))];
    expect(best).toHaveLength(4);
    expect(normalised(liked)).toHaveLength(RESPONSES.length);
  });
});
