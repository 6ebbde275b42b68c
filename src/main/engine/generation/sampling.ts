/** From a row of logits to the next token: transformers' logits processors in their order, then a draw. */

import { crossing } from './sampling-select.ts';
import { expNegative, exponentials, largest, logSumExp } from './sampling-softmax.ts';

export { logSumExp };

export interface SamplingOptions {
  readonly temperature?: number;
  readonly topK?: number;
  readonly topP?: number;
  readonly minP?: number;
  readonly typicalP?: number;
  readonly repetitionPenalty?: number;
  readonly noRepeatNgramSize?: number;
  readonly minNewTokens?: number;
}

export interface SamplingState {
  /** Prompt and what was generated so far. */
  readonly prefix: readonly number[];
  readonly promptLength: number;
  readonly eosIds: readonly number[];
}

/** Index of the largest entry, the first among equals. */
export function argmax(row: Float32Array | Float64Array): number {
  let best = 0;
  for (let i = 1; i < row.length; i++) if (row[i] > row[best]) best = i;
  return best;
}

/**
 * The processed row, removed tokens at −∞, in generate()'s order: repetition penalty, no-repeat n-gram, minimum of new tokens, temperature,
 * top-k, top-p, min-p, typical-p. Float64 throughout; the input is not changed.
 */
export function processLogits(
  logits: Float32Array | Float64Array,
  options: SamplingOptions,
  state: SamplingState,
): Float64Array {
  checkOptions(options);
  const row = new Float64Array(logits);
  const { temperature, topK, topP, minP, typicalP, repetitionPenalty, noRepeatNgramSize, minNewTokens } = options;
  if (repetitionPenalty !== undefined && repetitionPenalty !== 1)
    penaliseRepetition(row, repetitionPenalty, state.prefix);
  if (noRepeatNgramSize) banRepeatedNgrams(row, noRepeatNgramSize, state.prefix);
  if (minNewTokens && state.prefix.length - state.promptLength < minNewTokens)
    for (const id of state.eosIds) row[id] = Number.NEGATIVE_INFINITY;
  if (temperature !== undefined && temperature !== 1) for (let i = 0; i < row.length; i++) row[i] /= temperature;
  if (topK) keepTopK(row, topK);
  if (topP !== undefined && topP < 1) keepTopP(row, topP);
  if (minP) keepMinP(row, minP);
  if (typicalP !== undefined && typicalP < 1) keepTypical(row, typicalP);
  return row;
}

/** Once per distinct token of the prefix: l < 0 ? l·p : l / p (CTRL, 1909.05858). */
function penaliseRepetition(row: Float64Array, penalty: number, prefix: readonly number[]): void {
  for (const id of new Set(prefix)) row[id] = row[id] < 0 ? row[id] * penalty : row[id] / penalty;
}

/** Bans every token that would complete an n-gram the prefix already holds. */
function banRepeatedNgrams(row: Float64Array, size: number, prefix: readonly number[]): void {
  const start = prefix.length - (size - 1);
  if (start < 0) return;
  for (let i = 0; i + size <= prefix.length; i++) {
    let same = true;
    for (let j = 0; j < size - 1 && same; j++) same = prefix[i + j] === prefix[start + j];
    if (same) row[prefix[i + size - 1]] = Number.NEGATIVE_INFINITY;
  }
}

/** Everything that reaches the k-th largest logit stays, ties included. */
function keepTopK(row: Float64Array, k: number): void {
  if (k < row.length) dropBelow(row, crossing(row, new Float64Array(row.length).fill(1), largest(row), k).key);
}

function dropBelow(row: Float64Array, limit: number): void {
  for (let i = 0; i < row.length; i++) if (row[i] < limit) row[i] = Number.NEGATIVE_INFINITY;
}

/**
 * Nucleus sampling (1904.09751): drops tokens while the ascending cumulative probability is at most 1 − p; at least one stays. Seen from above:
 * a token stays while the mass above it is below p. Of equal tokens at the border as many stay as are needed, the last ids first.
 */
function keepTopP(row: Float64Array, p: number): void {
  const top = largest(row);
  if (top === Number.NEGATIVE_INFINITY) return;
  const weights = new Float64Array(row.length);
  const target = p * exponentials(row, top, weights);
  const { key, massAbove } = crossing(row, weights, top, target);
  let equals = Math.max(1, Math.ceil((target - massAbove) / expNegative(key - top) - 1e-12));
  for (let i = row.length - 1; i >= 0; i--) {
    if (row[i] > key || (row[i] === key && equals-- > 0)) continue;
    row[i] = Number.NEGATIVE_INFINITY;
  }
}

/** Keeps tokens at least `p` times as likely as the likeliest (2407.01082). */
function keepMinP(row: Float64Array, p: number): void {
  dropBelow(row, row[argmax(row)] + Math.log(p));
}

/**
 * Locally typical sampling (2202.00666): keeps the tokens whose surprise is nearest the entropy until their mass reaches p, and all that are just
 * as near as the last of them.
 */
function keepTypical(row: Float64Array, p: number): void {
  const top = largest(row);
  if (top === Number.NEGATIVE_INFINITY) return;
  const weights = new Float64Array(row.length);
  const total = exponentials(row, top, weights);
  const logTotal = top + Math.log(total);
  let entropy = 0;
  for (let i = 0; i < row.length; i++) if (weights[i] > 0) entropy += (weights[i] / total) * (logTotal - row[i]);
  const nearness = new Float64Array(row.length);
  for (let i = 0; i < row.length; i++) nearness[i] = -Math.abs(logTotal - row[i] - entropy);
  const { key } = crossing(nearness, weights, largest(nearness), p * total);
  for (let i = 0; i < row.length; i++) if (nearness[i] < key) row[i] = Number.NEGATIVE_INFINITY;
}

/** Token drawn from a processed row by one uniform number in [0, 1): the first whose cumulative probability exceeds it. */
export function draw(row: Float64Array, uniform: number): number {
  const top = largest(row);
  if (top === Number.NEGATIVE_INFINITY)
    throw new RangeError('no token is left to sample: every one of them was banned');
  const weights = new Float64Array(row.length);
  let rest = uniform * exponentials(row, top, weights);
  let last = 0;
  for (let i = 0; i < row.length; i++) {
    if (weights[i] === 0) continue;
    last = i;
    rest -= weights[i];
    if (rest < 0) return i;
  }
  return last;
}

/** Bounds of each option: [lowest, highest, whether the lowest itself is allowed]. */
const BOUNDS = {
  temperature: [0, Number.MAX_VALUE, false],
  topK: [0, Number.MAX_SAFE_INTEGER, true],
  topP: [0, 1, true],
  minP: [0, 1, true],
  typicalP: [0, 1, false],
  repetitionPenalty: [0, Number.MAX_VALUE, false],
  noRepeatNgramSize: [0, Number.MAX_SAFE_INTEGER, true],
  minNewTokens: [0, Number.MAX_SAFE_INTEGER, true],
} as const satisfies Record<keyof SamplingOptions, readonly [number, number, boolean]>;

function checkOptions(options: SamplingOptions): void {
  for (const name of Object.keys(BOUNDS) as (keyof SamplingOptions)[]) {
    const value = options[name];
    const [lowest, highest, inclusive] = BOUNDS[name];
    if (value === undefined || (value <= highest && (inclusive ? value >= lowest : value > lowest))) continue;
    const range = `${inclusive ? 'at least' : 'above'} ${lowest}${highest === 1 ? ' and at most 1' : ''}`;
    throw new RangeError(
      `sampling: ${name} must be ${range}, found ${value}${name === 'temperature' ? '; decode greedily instead' : ''}`,
    );
  }
}
