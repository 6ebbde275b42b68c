/** Agreement, ranking, correlation, calibration, length control, over-optimisation and text statistics against test/golden/numerics/stats.json. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { inverse, SingularMatrix } from '../../src/main/base/linear-algebra.ts';
import { cohenKappa, fleissKappa, krippendorffAlpha } from '../../src/main/base/statistics-agreement.ts';
import { calibration } from '../../src/main/base/statistics-calibration.ts';
import { correlation, kendall, pearson, ranks, spearman } from '../../src/main/base/statistics-correlation.ts';
import { lengthControlledWinRate } from '../../src/main/base/statistics-length-control.ts';
import { bestOfNKl, fitOveroptimisation } from '../../src/main/base/statistics-overoptimisation.ts';
import { bradleyTerry, davidson, type Ranking, raoKupper } from '../../src/main/base/statistics-ranking.ts';
import { distinctShare, jaccard, selfBleu } from '../../src/main/base/statistics-text.ts';
import { casesOf } from './golden.ts';

/** Equal to `relative` of the expected size (absolutely below 1), lists and objects entry by entry. */
function expectNear(found: unknown, expected: unknown, relative = 1e-9, where = ''): void {
  if (typeof expected === 'number')
    expect(Math.abs(Number(found) - expected), `${where}: ${found}, expected ${expected}`).toBeLessThanOrEqual(
      relative * Math.max(1, Math.abs(expected)),
    );
  else if (Array.isArray(expected)) {
    expect(found, where).toHaveLength(expected.length);
    expected.forEach((value, i) => {
      expectNear((found as unknown[])[i], value, relative, `${where}[${i}]`);
    });
  } else if (expected !== null && typeof expected === 'object')
    for (const [key, value] of Object.entries(expected))
      expectNear((found as Record<string, unknown>)?.[key], value, relative, `${where}.${key}`);
  else expect(found, where).toEqual(expected);
}

it('every kind of the golden file has a test', () => {
  const text = ['statistics.test.ts', 'statistics-groups.test.ts']
    .map((name) => readFileSync(new URL(name, import.meta.url), 'utf8'))
    .join('');
  const golden = JSON.parse(readFileSync(new URL('../golden/numerics/stats.json', import.meta.url), 'utf8')) as {
    cases: { kind: string }[];
  };
  for (const kind of new Set(golden.cases.map((c) => c.kind))) expect(text).toContain(`casesOf('${kind}')`);
});

describe('agreement', () => {
  it.each(casesOf('cohen_kappa'))('Cohen %s', (_name, { inputs, expected }) => {
    for (const weights of ['unweighted', 'linear', 'quadratic'] as const)
      if (expected[weights] !== undefined)
        expectNear(cohenKappa(inputs.rater1, inputs.rater2, weights), expected[weights]);
  });
  it.each(casesOf('fleiss_kappa'))('Fleiss %s', (_name, { inputs, expected }) => {
    expectNear(fleissKappa(inputs.counts), expected.kappa);
  });
  it.each(casesOf('krippendorff_alpha'))('Krippendorff %s', (_name, { inputs, expected }) => {
    for (const level of ['nominal', 'ordinal', 'interval', 'ratio'] as const)
      expectNear(krippendorffAlpha(inputs.ratings, level), expected[level]);
  });
  it('says what is wrong, and NaN where agreement means nothing', () => {
    expect(() => cohenKappa([1], [1, 2])).toThrow(/1 and 2/);
    expect(() =>
      fleissKappa([
        [2, 1],
        [1, 1],
      ]),
    ).toThrow(/same number/);
    expect(cohenKappa([1, 1], [1, 1])).toBeNaN();
    expect(
      krippendorffAlpha(
        [
          [1, null],
          [null, 2],
        ],
        'nominal',
      ),
    ).toBeNaN();
    expect(cohenKappa([0, 1, 0, 1], [1, 0, 1, 0])).toBe(-1);
  });
});

/** The golden file's names. */
const namedRanking = (found: Ranking) => ({
  first_is_zero: found.firstIsZero,
  sum_is_zero: found.sumIsZero,
  covariance_first_is_zero: found.covariance,
  log_likelihood: found.logLikelihood,
});

describe('ranking', () => {
  it.each(casesOf('bradley_terry'))('Bradley–Terry %s', (_name, { inputs, expected }) => {
    expectNear(namedRanking(bradleyTerry(inputs.wins, inputs.ties)), expected, 1e-8);
  });
  it.each(casesOf('davidson'))('Davidson %s', (_name, { inputs, expected }) => {
    const found = davidson(inputs.wins, inputs.ties);
    const { value, se } = found.tie ?? { value: Number.NaN, se: Number.NaN };
    const tie = { log_nu: value, se_log_nu: se, nu: Math.exp(value), se_nu: Math.exp(value) * se };
    expectNear({ ...namedRanking(found), ...tie }, expected, 1e-8);
  });
  it.each(casesOf('rao_kupper'))('Rao–Kupper %s', (_name, { inputs, expected }) => {
    const found = raoKupper(inputs.wins, inputs.ties);
    const { value, se } = found.tie ?? { value: Number.NaN, se: Number.NaN };
    const tie = { log_theta: value, se_log_theta: se, theta: Math.exp(value), se_theta: Math.exp(value) * se };
    expectNear({ ...namedRanking(found), ...tie }, expected, 1e-8);
  });
  it('two models: the strength is the log odds', () => {
    const { firstIsZero } = bradleyTerry([
      [0, 30],
      [10, 0],
    ]);
    expectNear(firstIsZero.strengths, [0, -Math.log(3)]);
    expectNear(firstIsZero.se[1], Math.sqrt(1 / 30 + 1 / 10));
  });
  it('refuses what has no finite answer, and tables that do not fit', () => {
    expect(() =>
      bradleyTerry([
        [0, 3],
        [0, 0],
      ]),
    ).toThrow(/never lost/);
    expect(() =>
      davidson(
        [
          [0, 3],
          [1, 0],
        ],
        [
          [0, 2],
          [1, 0],
        ],
      ),
    ).toThrow(/symmetric/);
    expect(() =>
      bradleyTerry([
        [0, 1, 2],
        [1, 0],
      ]),
    ).toThrow(/square/);
  });
});

describe('correlation', () => {
  it.each(casesOf('correlation'))('%s', (_name, { inputs: { x, y, label }, expected }) => {
    const found = {
      spearman: spearman(x, y).value,
      spearman_p: spearman(x, y).p,
      kendall_tau_b: kendall(x, y).value,
      kendall_p: kendall(x, y).p,
      pearson: correlation(x, y),
      ...(label ? { point_biserial: pearson(label, x).value, point_biserial_p: pearson(label, x).p } : {}),
    };
    expectNear(found, expected);
  });
  it('ranks share their mean', () => expect([...ranks([3, 1, 3, 2])]).toEqual([3.5, 1, 3.5, 2]));
  it('Kendall without ties is exact: all 24 orders of 4', () => {
    expectNear(kendall([1, 2, 3, 4], [1, 2, 3, 4]), { value: 1, p: 2 / 24 });
    expectNear(kendall([1, 2, 3, 4], [1, 2, 4, 3]), { value: 2 / 3, p: 8 / 24 });
    expectNear(kendall([1, 2, 3, 4], [2, 4, 1, 3]).p, 1);
  });
  it('is NaN where nothing varies', () => {
    expect(correlation([1, 1], [1, 2])).toBeNaN();
    expect(() => correlation([1], [1, 2])).toThrow(/pairs/);
  });
});

it.each(casesOf('calibration'))('calibration %s', (_name, { inputs, expected }) => {
  const found = calibration(inputs.probability, inputs.label);
  const bins = (list: (typeof found)['equalMass']) => ({
    bins: list.bins.map((b) => ({ n: b.n, mean_prediction: b.meanPrediction, share_positive: b.sharePositive })),
    ece: list.ece,
    mce: list.mce,
  });
  const { brier, auc, logLoss } = found;
  expectNear(
    { equal_width: bins(found.equalWidth), equal_mass: bins(found.equalMass), brier, auc, log_loss: logLoss },
    expected,
  );
});

describe('length control', () => {
  it.each(casesOf('length_controlled_win_rate'))('%s', (_name, { inputs, params, expected }) => {
    const { preference, length_difference: lengthDifference, difficulty } = inputs;
    const penalty = params.C === undefined ? { l2: params.l2 } : { l1: { C: params.C } };
    const found = lengthControlledWinRate({ preference, lengthDifference, difficulty }, penalty);
    const { discrete_win_rate: _discrete, ...rest } = expected;
    const named = {
      weights: found.weights,
      length_scale: found.lengthScale,
      lc_win_rate: found.winRate,
      raw_win_rate: found.rawWinRate,
      se_weights: found.se,
      objective: found.objective,
    };
    expectNear(named, rest, 1e-8);
  });
  it('equal lengths leave the win rate as it is', () => {
    const found = lengthControlledWinRate({ preference: [1, 1, 0.5, 0], lengthDifference: [0, 0, 0, 0] }, { l2: 1e-9 });
    expectNear(found.winRate, 0.625, 1e-8);
  });
});

describe('over-optimisation', () => {
  it.each(casesOf('overoptimisation'))('%s', (name, { inputs, expected }) => {
    const found = fitOveroptimisation(name === 'rl' ? 'rl' : 'best_of_n', inputs.kl, inputs.gold);
    const { alpha, beta, se, rss, r2, peak } = found;
    expectNear({ alpha, beta, se, rss, r2, peak_d: peak?.d, peak_kl: peak?.kl }, expected);
  });
  it.each(casesOf('best_of_n_kl'))('KL of best-of-n: %s', (_name, { inputs, expected }) => {
    expectNear(inputs.n.map(bestOfNKl), expected.kl);
  });
  it('refuses too little', () => {
    expect(() => fitOveroptimisation('rl', [0, 1, 1], [0, 1, 1])).toThrow(/three distances/);
    expect(() => bestOfNKl(0)).toThrow(/found 0/);
  });
});

describe('texts', () => {
  it.each(casesOf('diversity'))('%s', (_name, { inputs: { texts }, expected }) => {
    const found: Record<string, unknown> = {};
    for (const n of [1, 2, 3, 4]) {
      const { mean, each } = selfBleu(texts, n);
      Object.assign(found, {
        [`distinct_${n}`]: distinctShare(texts, n),
        [`self_bleu_${n}`]: mean,
        [`self_bleu_${n}_per_text`]: each,
      });
    }
    expectNear(found, expected);
  });
  it.each(casesOf('jaccard_5_grams'))('%s', (_name, { inputs, expected }) => {
    for (const unit of ['words', 'characters'] as const)
      expectNear(
        inputs.pairs.map(([a, b]: string[]) => jaccard(a, b, unit)),
        expected[unit],
      );
  });
});

it('a matrix without an inverse is refused', () => {
  expect(() =>
    inverse([
      [1, 2],
      [2, 4],
    ]),
  ).toThrow(SingularMatrix);
  expectNear(
    inverse([
      [0, 2],
      [4, 0],
    ]),
    [
      [0, 0.25],
      [0.5, 0],
    ],
  );
});
