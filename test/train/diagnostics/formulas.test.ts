/** Formulas of the diagnostics against values worked out by hand, and against exact distributions. */
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../src/main/base/random.ts';
import { knownGrams, novelty, noveltyOf, repetition, shapeOf } from '../../../src/main/train/diagnostics/answers.ts';
import { displacementOf, movedMass } from '../../../src/main/train/diagnostics/displacement.ts';
import {
  distanceFromOptimum,
  rewardAgreement,
  tokenRewards,
} from '../../../src/main/train/diagnostics/implicit-reward.ts';
import { judgeAudit } from '../../../src/main/train/diagnostics/judge-audit.ts';
import { klPanel } from '../../../src/main/train/diagnostics/kl-panel.ts';
import { stratifiedGain, withinPromptCorrelation } from '../../../src/main/train/diagnostics/length-bias.ts';
import { defined, diagnosticRows } from '../../../src/main/train/diagnostics/options.ts';
import { overoptimisation } from '../../../src/main/train/diagnostics/overoptimisation.ts';
import { probeName } from '../../../src/main/train/diagnostics/probes.ts';

describe('displacement', () => {
  it('counts falls, and falls of both while the margin grows', () => {
    const start = { chosen: [-10, -10, -10, -10], rejected: [-10, -10, -10, -10] };
    // both fall and the margin grows · both fall and it shrinks · chosen rises · only chosen falls
    const now = { chosen: [-12, -14, -9, -11], rejected: [-20, -13, -12, -10] };
    expect(displacementOf(start, now)).toEqual({
      'displacement/chosen_below_start': 0.75,
      'displacement/both_fall': 0.25,
      'displacement/chosen_change': -1.5,
      'displacement/rejected_change': -3.75,
    });
  });

  it('takes no rounding of float32 for a fall', () => {
    const start = { chosen: [-100], rejected: [-300] };
    const now = { chosen: [Math.fround(-100.00001)], rejected: [Math.fround(-300.00002)] };
    expect(displacementOf(start, now)).toMatchObject({
      'displacement/chosen_below_start': 0,
      'displacement/both_fall': 0,
    });
  });

  it('finds the tokens that gain the mass, and how much of it goes outside the answers', () => {
    const found = movedMass([0.5, 0.3, 0.1, 0.1], [0.2, 0.2, 0.4, 0.2], new Set([0, 1, 3]), 1);
    expect(found.moved).toBeCloseTo(0.4, 12);
    expect(found.toOthers).toBeCloseTo(0.75, 12);
    expect(found.gained.map(({ id }) => id)).toEqual([2]);
    expect(found.lost[0]).toMatchObject({ id: 0 });
    expect(movedMass([0.5, 0.5], [0.5, 0.5], new Set(), 3)).toEqual({ moved: 0, toOthers: 0, gained: [], lost: [] });
  });
});

describe('fresh answers', () => {
  it('repetition is what of the trigrams stood there before', () => {
    expect(repetition([1, 2, 3, 4])).toBe(0);
    expect(repetition([7, 7, 7, 7, 7])).toBeCloseTo(2 / 3, 12); // three trigrams, one distinct
    expect(repetition([1, 2])).toBe(0);
    expect(repetition([])).toBe(0);
  });

  it('an answer is far when most of its trigrams stand nowhere in the data', () => {
    const known = knownGrams([
      [1, 2, 3, 4],
      [9, 9],
    ]);
    expect(novelty([1, 2, 3, 4], known)).toBe(0);
    expect(novelty([1, 2, 3, 5], known)).toBe(0.5);
    expect(novelty([12, 3, 4], known)).toBe(1); // "12,3" is not "1" before "2,3"
    const answers = [
      [1, 2, 3, 4],
      [1, 2, 3, 5],
      [5, 6, 7],
    ].map((ids) => ({ ids, ended: ids.length > 3 }));
    const found = noveltyOf(answers, known);
    expect(found['ood/new_trigrams']).toBeCloseTo(0.5, 12);
    expect(found['ood/far_samples']).toBeCloseTo(1 / 3, 12);
    expect(shapeOf(answers)).toEqual({
      'completions/mean_length': 11 / 3,
      'completions/ended': 2 / 3,
      'completions/repetition': 0,
    });
  });
});

describe('KL panel', () => {
  it('is exact for one token: k1 by hand, k2 and k3 by their formulas', () => {
    const [log, ref] = [
      [Float64Array.of(-1, -2), Float64Array.of(-0.5)],
      [Float64Array.of(-1.5, -1.8), Float64Array.of(-1)],
    ];
    const found = klPanel(log, ref);
    expect(found['kl/k1']).toBeCloseTo((0.5 - 0.2 + 0.5) / 2, 12);
    expect(found['kl/k2']).toBeCloseTo((0.125 + 0.02 + 0.125) / 2, 12);
    const k3 = (d: number) => Math.exp(-d) - 1 + d;
    expect(found['kl/k3']).toBeCloseTo((k3(0.5) + k3(-0.2) + k3(0.5)) / 2, 12);
    // two answers of k1 0.3 and 0.5: Student's t with one degree of freedom is 12.706
    expect(found['kl/k1_ci']).toBeCloseTo((12.7062 * (Math.SQRT2 * 0.1)) / Math.SQRT2, 4);
  });

  it('meets the exact divergence of two distributions within its own intervals', () => {
    const p = [0.6, 0.3, 0.1];
    const q = [0.2, 0.3, 0.5];
    const exact = p.reduce((sum, x, i) => sum + x * Math.log(x / q[i]), 0);
    const random = createRandom('kl');
    const draws = Array.from({ length: 4000 }, () => {
      const u = random.uniform();
      return u < 0.6 ? 0 : u < 0.9 ? 1 : 2;
    });
    const found = klPanel(
      draws.map((i) => Float64Array.of(Math.log(p[i]))),
      draws.map((i) => Float64Array.of(Math.log(q[i]))),
    );
    for (const name of ['k1', 'k3'])
      expect(Math.abs(found[`kl/${name}`] - exact), name).toBeLessThan(1.5 * found[`kl/${name}_ci`]);
    expect(found['kl/k1_ci']).toBeLessThan(0.05);
  });
});

describe('length bias', () => {
  it('looks within prompts: what differs between them is no bias', () => {
    // the long prompt has better answers, but within each prompt the longer one is worse
    const scores = [2, 1, 12, 11];
    const lengths = [3, 4, 30, 31];
    expect(withinPromptCorrelation({ scores, lengths }, 2)).toBeCloseTo(-1, 12);
    expect(withinPromptCorrelation({ scores, lengths }, 4)).toBeGreaterThan(0.9);
    expect(withinPromptCorrelation({ scores: [1, 1], lengths: [2, 3] }, 2)).toBeNaN();
  });

  it('a gain by length alone leaves nothing at equal length', () => {
    // reward is the length: the second sample is longer, nothing else
    const of = (lengths: readonly number[]) => ({ scores: lengths.map((length) => Math.ceil(length / 10)), lengths });
    const short = of([10, 10, 10, 20]);
    const long = of([10, 20, 20, 20]);
    expect(stratifiedGain(short, long)).toBe(0);
    // the same lengths, each better by 2
    expect(stratifiedGain(short, { ...short, scores: short.scores.map((s) => s + 2) })).toBe(2);
    expect(stratifiedGain(of([1]), of([100]))).toBeNaN();
  });
});

describe('implicit reward', () => {
  it('is β times the log-ratio of each token', () => {
    expect(tokenRewards([-1, -2], [-1.5, -1], 0.1)).toEqual([0.05, -0.1]);
  });

  it('agrees by rank', () => {
    expect(rewardAgreement([1, 2, 3], [10, 20, 15])).toBeCloseTo(0.5, 12);
    expect(rewardAgreement([1, 2, 3], [5, 5, 5])).toBeNaN();
    expect(rewardAgreement([1], [5])).toBeNaN();
  });

  it('stands 0 from the optimum where r − β log-ratio is the same for all answers to a prompt', () => {
    // log-ratio = (r − β ln Z) / β, any Z of the prompt
    const rewards = [1, 2, 5, 3];
    const optimal = [1 / 0.5 - 7, 2 / 0.5 - 7, 5 / 0.5 + 1, 3 / 0.5 + 1];
    expect(distanceFromOptimum(rewards, optimal, 0.5, 2)).toBeCloseTo(0, 12);
    expect(distanceFromOptimum(rewards, [0, 0, 0, 0], 0.5, 2)).toBeCloseTo((0.5 + 1) / 2, 12);
  });
});

describe('over-optimisation', () => {
  it('finds α, β and the peak of a curve that is made of them', () => {
    const gold = (kl: number) => Math.sqrt(kl) * (2 - 1.5 * Math.log(Math.sqrt(kl)));
    const points = [0, 0.5, 1, 2, 4, 8].map((kl) => ({ kl, proxy: kl, gold: 1 + (kl === 0 ? 0 : gold(kl)) }));
    const found = overoptimisation(points);
    expect(found['overoptimisation/alpha']).toBeCloseTo(2, 8);
    expect(found['overoptimisation/beta']).toBeCloseTo(1.5, 8);
    expect(found['overoptimisation/peak_sqrt_kl']).toBeCloseTo(Math.exp(2 / 1.5 - 1), 8);
    expect(found['overoptimisation/gold_gain']).toBeCloseTo(gold(8), 12);
    expect(found['overoptimisation/proxy_gain']).toBe(8);
  });

  it('fits nothing from too few points, or from a KL that is not above 0', () => {
    const flat = [0, 0, 0, 0, 0, 0].map((kl) => ({ kl, proxy: 1, gold: 1 }));
    expect(Object.keys(overoptimisation(flat))).toEqual([
      'overoptimisation/sqrt_kl',
      'overoptimisation/proxy_gain',
      'overoptimisation/gold_gain',
    ]);
    expect(overoptimisation([{ kl: -0.01, proxy: 1, gold: 1 }])['overoptimisation/sqrt_kl']).toBe(0);
  });
});

describe('judge audit', () => {
  it('counts ties, the habit of a side, and agreement with gold beyond chance', () => {
    const found = judgeAudit([
      { probability: 1, goldMargin: 2, shownFirst: 'a' },
      { probability: 0, goldMargin: -1, shownFirst: 'a' },
      { probability: 1, goldMargin: -1, shownFirst: 'b' },
      { probability: 0.5, goldMargin: 3, shownFirst: 'b' },
    ]);
    expect(found['judge/tie_rate']).toBe(0.25);
    expect(found['judge/left_share']).toBeCloseTo(1 / 3, 12);
    expect(found['judge/gold_agreement']).toBe(0.5);
    // said 1 −1 1 0 against gold 1 −1 −1 1: chance (2·2 + 1·2 + 1·0) / 16 = 6/16
    expect(found['judge/gold_kappa']).toBeCloseTo((0.5 - 6 / 16) / (1 - 6 / 16), 12);
    expect(found['judge/gold_alpha']).toBeGreaterThan(0);
  });

  it('says nothing of what it does not know', () => {
    expect(judgeAudit([])).toEqual({});
    expect(judgeAudit([{ probability: 0.5 }])).toEqual({ 'judge/tie_rate': 1 });
  });
});

describe('names and rows', () => {
  it('a probe is named by its text', () => {
    expect(probeName(' the the')).toBe('probes/the the');
    expect(probeName('a/b\n c')).toBe('probes/a∕b c');
  });

  it('a quarter of the held-out rows is looked at, at most', () => {
    const rows = (wanted: number, held: number) => diagnosticRows({ probes: [], diagnostic_rows: wanted }, held);
    expect([rows(32, 400), rows(32, 40), rows(32, 1), rows(0, 400)]).toEqual([32, 10, 1, 0]);
  });

  it('what has no value is left out', () => {
    expect(defined({ a: 1, b: Number.NaN, c: Number.POSITIVE_INFINITY })).toEqual({ a: 1 });
  });
});
