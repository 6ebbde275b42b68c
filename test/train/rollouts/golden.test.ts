/** The pieces of policy-gradient methods against numbers made by TRL's functions and by the papers' formulas in float64. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { mean } from '../../../src/main/base/statistics.ts';
import {
  explainedVariance,
  flatten,
  gae,
  meanOfSums,
  returnsOf,
  tokenRewards,
  whiten,
} from '../../../src/main/train/rollouts/advantages.ts';
import {
  againstRunningMean,
  groupNormalised,
  leaveOneOut,
  normaliseBatch,
} from '../../../src/main/train/rollouts/baselines.ts';
import { klPerToken, nextKlCoefficient } from '../../../src/main/train/rollouts/kl.ts';
import { deviationOf, NO_MOMENTS, withBatch } from '../../../src/main/train/rollouts/running-moments.ts';

// biome-ignore lint/suspicious/noExplicitAny: the fields of a case differ by piece
type Fields = Record<string, any>;
interface Case {
  readonly piece?: string;
  readonly name: string;
  readonly params: Fields;
  readonly inputs: Fields;
  readonly expected: Fields;
}

const read = (name: string): Case[] =>
  JSON.parse(readFileSync(new URL(`../../golden/numerics/${name}.json`, import.meta.url), 'utf8')).cases;
const ppo = read('ppo');
const criticFree = read('critic_free');
const piece = (name: string) => {
  const found = ppo.filter((c) => c.piece === name).map((c) => [c.name, c] as const);
  if (found.length === 0) throw new Error(`ppo.json has no piece "${name}"`);
  return found;
};

/** Real tokens of a padded tensor (nested lists or { shape, data }). */
function rows(tensor: { shape: number[]; data: number[] } | number[][], lengths: readonly number[]): Float64Array[] {
  return lengths.map((length, i) => {
    const row = Array.isArray(tensor) ? tensor[i] : tensor.data.slice(i * tensor.shape[1], (i + 1) * tensor.shape[1]);
    return Float64Array.from(row.slice(0, length));
  });
}

function expectRows(found: readonly ArrayLike<number>[], expected: readonly ArrayLike<number>[], digits = 10): void {
  expect(found.map((row) => row.length)).toEqual(expected.map((row) => row.length));
  found.forEach((row, i) => {
    for (let t = 0; t < row.length; t++) expect(row[t], `row ${i}, token ${t}`).toBeCloseTo(expected[i][t], digits);
  });
}

describe('KL', () => {
  it.each(piece('kl_estimators'))('estimators: %s', (_, { inputs, expected }) => {
    for (const estimator of ['k1', 'k2', 'k3']) {
      const found = klPerToken(
        estimator,
        rows(inputs.logprobs, inputs.lengths),
        rows(inputs.ref_logprobs, inputs.lengths),
      );
      const { per_token, token_mean, objective_kl } = expected[estimator];
      expectRows(found, rows(per_token, inputs.lengths));
      expect(mean(flatten(found))).toBeCloseTo(token_mean, 10);
      if (objective_kl !== undefined) expect(meanOfSums(found)).toBeCloseTo(objective_kl, 10);
    }
  });

  it.each(piece('adaptive_kl'))('adaptive coefficient: %s', (_, { params, inputs, expected }) => {
    let coefficient = params.init_kl_coef;
    inputs.kl.forEach((kl: number, i: number) => {
      coefficient = nextKlCoefficient(coefficient, kl, params.n_steps, params as never);
      expect(coefficient).toBeCloseTo(expected.kl_coef[i], 12);
    });
  });
});

describe('rewards and GAE', () => {
  it.each(piece('rewards_and_gae'))('%s', (_, { params, inputs, expected: { masked } }) => {
    const { lengths } = inputs;
    const kl = klPerToken(params.kl_estimator, rows(inputs.logprobs, lengths), rows(inputs.ref_logprobs, lengths));
    const plain = tokenRewards(kl, inputs.scores, params.kl_coef);
    const values = rows(inputs.values, lengths);
    const advantages = gae(plain, values, params.gamma, params.lam);
    expectRows(kl, rows(masked.kl, lengths));
    expectRows(plain, rows(masked.rewards, lengths));
    expectRows(advantages, rows(masked.advantages_raw, lengths));
    expectRows(returnsOf(advantages, values), rows(masked.returns, lengths));
    if (masked.advantages) expectRows(whiten(advantages), rows(masked.advantages, lengths), 6);
    if (masked.whiten_rewards) {
      const whitened = whiten(plain, { keepMean: true });
      const from = gae(whitened, values, params.gamma, params.lam);
      expectRows(whitened, rows(masked.whiten_rewards.rewards, lengths), 6);
      expectRows(returnsOf(from, values), rows(masked.whiten_rewards.returns, lengths), 6);
    }
    expect(meanOfSums(kl)).toBeCloseTo(masked.metrics['objective/kl'], 10);
  });

  it('a wider batch changes nothing: every row is on its own', () => {
    const reward = [Float64Array.of(0.1, 1)];
    const value = [Float64Array.of(0.3, 0.2)];
    const alone = gae(reward, value, 0.9, 0.8)[0];
    const beside = gae([reward[0], new Float64Array(7)], [value[0], new Float64Array(7)], 0.9, 0.8)[0];
    expect(beside).toEqual(alone);
  });

  it('an answer without a token has no reward to give', () => {
    expect(tokenRewards([new Float64Array(0)], [3], 0.05)).toEqual([new Float64Array(0)]);
  });
});

describe('whitening', () => {
  it.each(piece('whiten'))('%s', (_, { inputs, expected }) => {
    const { shape, data } = inputs.mask;
    const lists = (values: number[]) =>
      Array.from({ length: shape[0] }, (_row, i) =>
        Float64Array.from(values.slice(i * shape[1], (i + 1) * shape[1]).filter((_v, t) => data[i * shape[1] + t])),
      );
    const real = lists(inputs.values.data);
    expectRows(whiten(real), lists(expected.whitened.flat()), 6);
    expectRows(whiten(real, { keepMean: true }), lists(expected.whitened_keep_mean.flat()), 6);
  });
});

it.each(piece('explained_variance'))('explained variance: %s', (_, { inputs, expected }) => {
  const found = explainedVariance(rows(inputs.values, inputs.lengths), rows(inputs.returns, inputs.lengths));
  expect(found).toBeCloseTo(expected.standard, 10);
});

it.each(piece('running_moments'))('running moments: %s', (_, { inputs, expected }) => {
  let moments = NO_MOMENTS;
  inputs.batches.forEach((batch: number[], i: number) => {
    moments = withBatch(moments, batch);
    const { mean: centre, std, var: population, count } = expected.after_each[i];
    expect(moments.mean).toBeCloseTo(centre, 5);
    expect(moments.variance).toBeCloseTo(population, 5);
    expect(moments.count).toBeCloseTo(count, 9);
    expect(deviationOf(moments)).toBeCloseTo(std, 5);
  });
});

describe('without a critic', () => {
  const of = (method: string) => {
    const found = criticFree.filter((c) => c.params.method === method).map((c) => [c.name, c] as const);
    if (found.length === 0) throw new Error(`critic_free.json has no case of "${method}"`);
    return found;
  };

  it.each(of('rloo'))('%s', (_, { inputs, expected }) => {
    const found = leaveOneOut(inputs.rewards);
    expectRows(found, expected.advantages);
    expectRows(normaliseBatch(found), expected.normalised_over_batch);
  });

  it.each(of('grpo'))('%s', (_, { inputs, expected }) => {
    for (const scale of ['group', 'batch', 'none'] as const)
      expectRows(groupNormalised(inputs.rewards, scale), expected[scale]);
  });

  it.each(of('reinforce'))('%s', (_, { params, inputs, expected }) => {
    let baseline: number | null = typeof params.start === 'number' ? params.start : null;
    inputs.batches.forEach((scores: number[], i: number) => {
      const found = againstRunningMean(scores, baseline, params.decay);
      expectRows([found.advantages], [expected.steps[i].advantages]);
      expect(found.baseline).toBeCloseTo(expected.steps[i].baseline_after, 12);
      baseline = found.baseline;
    });
  });

  it('one answer to a prompt cannot be its own baseline', () => {
    expect(() => leaveOneOut([[1]])).toThrow('at least 2 answers');
  });
});
