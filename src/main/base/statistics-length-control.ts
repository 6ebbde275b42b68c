/** AlpacaEval's length-controlled win rate (Dubois et al., 2404.04475): what the win rate would be if both answered at the same length. */
import { inverse, minimise } from './linear-algebra.ts';
import { mean, standardDeviation } from './statistics.ts';

export interface LengthControl {
  /** θ, φ of tanh(Δlength / s), and ψ of the prompt's difficulty where it is given. */
  readonly weights: readonly number[];
  /** s: standard deviation of Δlength. */
  readonly lengthScale: number;
  /** Mean σ with the length term left out. */
  readonly winRate: number;
  readonly rawWinRate: number;
  /** Standard errors of the weights; null under a penalty. */
  readonly se: readonly number[] | null;
  /** Cross entropy summed over the rows, plus the penalty. */
  readonly objective: number;
}

export interface LengthControlInput {
  /** P(candidate is better), 0 … 1; a tie is ½. */
  readonly preference: ArrayLike<number>;
  /** Candidate minus baseline. */
  readonly lengthDifference: ArrayLike<number>;
  readonly difficulty?: ArrayLike<number> | null;
}

/** l2: l2/2 |w|² is added · l1: |w|₁ + C Σ cross entropy is minimised instead (liblinear's form). */
export type Penalty = { readonly l2: number } | { readonly l1: { readonly C: number } };

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

export function lengthControlledWinRate(input: LengthControlInput, penalty: Penalty = { l2: 0 }): LengthControl {
  const { rows, lengthScale } = designOf(input);
  const labels = Array.from(input.preference);
  const fitted = 'l2' in penalty ? fitRidge(rows, labels, penalty.l2) : fitLasso(rows, labels, penalty.l1.C);
  const withoutLength = rows.map((row) => sigmoid(dot(row, fitted.weights) - fitted.weights[1] * row[1]));
  return { ...fitted, lengthScale, winRate: mean(withoutLength), rawWinRate: mean(labels) };
}

const dot = (a: readonly number[], b: readonly number[]): number => a.reduce((sum, value, i) => sum + value * b[i], 0);

/** One row a prompt: 1, tanh(Δlength / s), difficulty. */
function designOf({ preference, lengthDifference, difficulty }: LengthControlInput) {
  const n = preference.length;
  if (n === 0 || lengthDifference.length !== n || (difficulty && difficulty.length !== n))
    throw new RangeError('lengthControlledWinRate: needs a preference and a length difference for each prompt');
  const lengthScale = standardDeviation(lengthDifference);
  const rows = Array.from({ length: n }, (_, i) => [
    1,
    lengthScale === 0 ? 0 : Math.tanh(lengthDifference[i] / lengthScale),
    ...(difficulty ? [difficulty[i]] : []),
  ]);
  return { rows, lengthScale };
}

/** −q ln σ(x) − (1 − q) ln σ(−x), without overflow. */
const crossEntropy = (q: number, x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))) - q * x;

function fitRidge(rows: readonly (readonly number[])[], labels: readonly number[], l2: number) {
  const size = rows[0].length;
  const found = minimise((w) => {
    const gradient = w.map((value) => l2 * value);
    const hessian = w.map((_, i) => w.map((_, j) => (i === j ? l2 : 0)));
    let value = (l2 / 2) * dot(w, w);
    rows.forEach((row, r) => {
      const x = dot(row, w);
      const p = sigmoid(x);
      value += crossEntropy(labels[r], x);
      for (let i = 0; i < size; i++) {
        gradient[i] += (p - labels[r]) * row[i];
        for (let j = 0; j < size; j++) hessian[i][j] += p * (1 - p) * row[i] * row[j];
      }
    });
    return { value, gradient, hessian };
  }, new Array<number>(size).fill(0));
  const se = l2 === 0 ? inverse(found.hessian).map((row, i) => Math.sqrt(row[i])) : null;
  return { weights: found.x, se, objective: found.value };
}

/** Most sweeps, and the largest change of a weight in the last one. */
const SWEEPS = { most: 10_000, change: 1e-13 };

/** Cyclic coordinate descent: in each coordinate Newton steps on the smooth part with soft thresholding. */
function fitLasso(rows: readonly (readonly number[])[], labels: readonly number[], C: number) {
  const weights = new Array<number>(rows[0].length).fill(0);
  for (let sweep = 0; sweep < SWEEPS.most; sweep++) {
    let largest = 0;
    for (let j = 0; j < weights.length; j++) {
      let slope = 0;
      // ¼ bounds σ(1 − σ): with it a step never overshoots
      let bend = 0;
      rows.forEach((row, r) => {
        slope += C * (sigmoid(dot(row, weights)) - labels[r]) * row[j];
        bend += (C / 4) * row[j] ** 2;
      });
      if (bend === 0) continue;
      const target = weights[j] - slope / bend;
      const next = Math.sign(target) * Math.max(0, Math.abs(target) - 1 / bend);
      largest = Math.max(largest, Math.abs(next - weights[j]));
      weights[j] = next;
    }
    if (largest < SWEEPS.change) break;
  }
  const fit = rows.reduce((sum, row, r) => sum + crossEntropy(labels[r], dot(row, weights)), 0);
  return { weights, se: null, objective: weights.reduce((sum, w) => sum + Math.abs(w), 0) + C * fit };
}
