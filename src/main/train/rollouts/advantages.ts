/**
 * From scores to advantages, row by row over real tokens only: there is no padding here that could enter a number.
 * Legend: r reward, V value, A advantage, γ discount, λ trace; a row holds the T tokens of one answer, end token included.
 */
import { mean, sum, variance } from '../../base/statistics.ts';

/** Inside the root of whitening's standard deviation. */
const WHITEN_EPSILON = 1e-8;

/**
 * Reward of each token: −β·KL(t), and the answer's score added at its last real token (Ziegler et al., 1909.08593, eq. 2). TRL's last PPO adds it
 * one position later when there is room, which makes a row's advantages depend on how wide its batch is.
 */
export function tokenRewards(
  kl: readonly Float64Array[],
  scores: ArrayLike<number>,
  klCoefficient: number,
): Float64Array[] {
  return kl.map((row, i) => {
    const rewards = row.map((k) => -klCoefficient * k);
    if (rewards.length > 0) rewards[rewards.length - 1] += scores[i];
    return rewards;
  });
}

/** GAE (Schulman et al., 1506.02438, eq. 16): δ_t = r_t + γ V_{t+1} − V_t, A_t = Σ_l (γλ)^l δ_{t+l}; V after the last token is 0. */
export function gae(
  rewards: readonly Float64Array[],
  values: readonly Float64Array[],
  gamma: number,
  lambda: number,
): Float64Array[] {
  return rewards.map((row, i) => {
    const advantages = new Float64Array(row.length);
    let after = 0;
    for (let t = row.length - 1; t >= 0; t--) {
      const next = t + 1 < row.length ? values[i][t + 1] : 0;
      after = row[t] + gamma * next - values[i][t] + gamma * lambda * after;
      advantages[t] = after;
    }
    return advantages;
  });
}

/** Returns: what the critic learns, A + V. */
export const returnsOf = (advantages: readonly Float64Array[], values: readonly Float64Array[]): Float64Array[] =>
  advantages.map((row, i) => row.map((a, t) => a + values[i][t]));

/** Over all real tokens: mean 0 (or the old mean) and variance 1; Bessel-corrected, ε inside the root. */
export function whiten(rows: readonly Float64Array[], options: { readonly keepMean?: boolean } = {}): Float64Array[] {
  const all = flatten(rows);
  const centre = mean(all);
  const scale = 1 / Math.sqrt(variance(all) + WHITEN_EPSILON);
  const shift = options.keepMean ? centre : 0;
  return rows.map((row) => row.map((x) => (x - centre) * scale + shift));
}

/** Every token of every row in one list. */
export function flatten(rows: readonly Float64Array[]): Float64Array {
  const all = new Float64Array(rows.reduce((n, row) => n + row.length, 0));
  let at = 0;
  for (const row of rows) {
    all.set(row, at);
    at += row.length;
  }
  return all;
}

/** Mean over answers of the sum over an answer's tokens. */
export const meanOfSums = (rows: readonly Float64Array[]): number => mean(rows.map((row) => sum(row)));

/** 1 − Var(return − value) / Var(return): 1 = the critic knows all, 0 = nothing; a constant offset costs nothing. */
export function explainedVariance(values: readonly Float64Array[], returns: readonly Float64Array[]): number {
  const target = flatten(returns);
  const predicted = flatten(values);
  const total = variance(target);
  if (total === 0) return Number.NaN;
  return 1 - variance(target.map((r, i) => r - predicted[i])) / total;
}
