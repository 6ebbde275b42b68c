/**
 * The best policy on a response space that can be listed, and how far another one is from it (DPO, 2305.18290, eq. 4).
 * Legend: r reward, β strength of the constraint, π policy, π_ref reference, Z = Σ π_ref exp(r/β), π* = π_ref exp(r/β) / Z,
 * J(π) = E_π[r] − β KL(π‖π_ref); J* = β ln Z, and J* − J(π) = β KL(π‖π*) exactly. Nats, float64.
 */

/** Natural logarithms of probabilities; −∞ where a response is impossible. */
export type LogProbabilities = ArrayLike<number>;

export interface Optimum {
  readonly logZ: number;
  /** Infinite where exp(logZ) exceeds a double. */
  readonly Z: number;
  readonly pi_star: readonly number[];
  readonly J_star: number;
  /** Of the reference: its KL to itself is 0. */
  readonly J_ref: number;
  readonly mean_reward_star: number;
  readonly mean_reward_ref: number;
  readonly kl_star_ref: number;
  readonly kl_ref_star: number;
  /** Place of the likeliest response under π*. */
  readonly best: number;
}

export interface PolicyDistance {
  readonly J: number;
  readonly mean_reward: number;
  readonly kl_policy_ref: number;
  readonly kl_policy_star: number;
  /** J* − J. */
  readonly gap: number;
  readonly beta_kl_policy_star: number;
  /** Mass on responses that the reference makes less often than `OOD_BELOW`. */
  readonly ood_mass: number;
}

export interface PolicyGap extends PolicyDistance {
  /** Population standard deviation of r − β ln(π/π_ref), 0 at the optimum: all responses alike, weighted by π, weighted by π_ref. */
  readonly std_uniform: number;
  readonly std_under_policy: number;
  readonly std_under_ref: number;
}

/** A response is out of distribution when the reference gives it less than this. */
export const OOD_BELOW = 1e-4;

/** ln Σ exp(x). */
function logSumExp(values: ArrayLike<number>): number {
  let top = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < values.length; i++) top = Math.max(top, values[i]);
  if (top === Number.NEGATIVE_INFINITY) return top;
  let total = 0;
  for (let i = 0; i < values.length; i++) total += Math.exp(values[i] - top);
  return top + Math.log(total);
}

/** Logarithms shifted so that the probabilities add up to 1: undoes the rounding of float32 conditionals. */
export function normalised(logs: LogProbabilities): Float64Array {
  const total = logSumExp(logs);
  return Float64Array.from(logs, (x) => x - total);
}

/** E_p[f]; responses of probability 0 do not count, whatever f is there. */
function expectation(logs: LogProbabilities, f: (i: number) => number): number {
  let total = 0;
  for (let i = 0; i < logs.length; i++) {
    const p = Math.exp(logs[i]);
    if (p > 0) total += p * f(i);
  }
  return total;
}

/** KL(p‖q) = Σ p (ln p − ln q). */
export const klDivergence = (p: LogProbabilities, q: LogProbabilities): number => expectation(p, (i) => p[i] - q[i]);

/** ln π* and ln Z. */
function tilted(reference: LogProbabilities, rewards: ArrayLike<number>, beta: number) {
  const raised = Float64Array.from(reference, (log, i) => log + rewards[i] / beta);
  const logZ = logSumExp(raised);
  return { logStar: raised.map((x) => x - logZ), logZ };
}

function checkSizes(beta: number, ...lists: readonly ArrayLike<number>[]): void {
  if (!(beta > 0)) throw new RangeError(`beta must be above 0, found ${beta}`);
  if (lists.some((list) => list.length !== lists[0].length || list.length === 0))
    throw new RangeError(
      `one number for each response is needed, found ${lists.map((list) => list.length).join(', ')}`,
    );
}

export function exactOptimum(reference: LogProbabilities, rewards: ArrayLike<number>, beta: number): Optimum {
  checkSizes(beta, reference, rewards);
  const { logStar, logZ } = tilted(reference, rewards, beta);
  const reward = (i: number): number => rewards[i];
  const meanOfReference = expectation(reference, reward);
  return {
    logZ,
    Z: Math.exp(logZ),
    pi_star: Array.from(logStar, Math.exp),
    J_star: beta * logZ,
    J_ref: meanOfReference,
    mean_reward_star: expectation(logStar, reward),
    mean_reward_ref: meanOfReference,
    kl_star_ref: klDivergence(logStar, reference),
    kl_ref_star: klDivergence(reference, logStar),
    best: logStar.reduce((best, log, i) => (log > logStar[best] ? i : best), 0),
  };
}

/** Measures policies against one optimum, which is worked out once. */
export function distanceMeter(reference: LogProbabilities, rewards: ArrayLike<number>, beta: number) {
  checkSizes(beta, reference, rewards);
  const { logStar, logZ } = tilted(reference, rewards, beta);
  return (policy: LogProbabilities): PolicyDistance => {
    checkSizes(beta, policy, reference);
    const meanReward = expectation(policy, (i) => rewards[i]);
    const klReference = klDivergence(policy, reference);
    const klStar = klDivergence(policy, logStar);
    const J = meanReward - beta * klReference;
    return {
      J,
      mean_reward: meanReward,
      kl_policy_ref: klReference,
      kl_policy_star: klStar,
      gap: beta * logZ - J,
      beta_kl_policy_star: beta * klStar,
      ood_mass: oodMass(policy, reference),
    };
  };
}

export function policyGap(
  policy: LogProbabilities,
  reference: LogProbabilities,
  rewards: ArrayLike<number>,
  beta: number,
): PolicyGap {
  const distance = distanceMeter(reference, rewards, beta)(policy);
  const leftover = Float64Array.from(policy, (log, i) => rewards[i] - beta * (log - reference[i]));
  const uniform = new Float64Array(policy.length).fill(-Math.log(policy.length));
  const spread = (logs: LogProbabilities): number => {
    const centre = expectation(logs, (i) => leftover[i]);
    return Math.sqrt(expectation(logs, (i) => (leftover[i] - centre) ** 2));
  };
  return {
    ...distance,
    std_uniform: spread(uniform),
    std_under_policy: spread(policy),
    std_under_ref: spread(reference),
  };
}

/** Σ π(y) over the responses that the reference hardly ever makes. */
export const oodMass = (policy: LogProbabilities, reference: LogProbabilities): number =>
  expectation(policy, (i) => (reference[i] < Math.log(OOD_BELOW) ? 1 : 0));
