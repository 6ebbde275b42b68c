/** From a row of logits to the next token: transformers' logits processors in their order, then a draw. */

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

/** log Σ e^x in float64. */
export function logSumExp(row: Float32Array | Float64Array): number {
  let top = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < row.length; i++) if (row[i] > top) top = row[i];
  if (top === Number.NEGATIVE_INFINITY) return top;
  let sum = 0;
  for (let i = 0; i < row.length; i++) sum += Math.exp(row[i] - top);
  return top + Math.log(sum);
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
  const row = Float64Array.from(logits);
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
  if (k >= row.length) return;
  const limit = Float64Array.from(row).sort()[row.length - k];
  for (let i = 0; i < row.length; i++) if (row[i] < limit) row[i] = Number.NEGATIVE_INFINITY;
}

function probabilities(row: Float64Array): Float64Array {
  const total = logSumExp(row);
  const result = new Float64Array(row.length);
  for (let i = 0; i < row.length; i++) result[i] = Math.exp(row[i] - total);
  return result;
}

/** Nucleus sampling (1904.09751): drops tokens while the ascending cumulative probability is at most 1 − p; at least one stays. */
function keepTopP(row: Float64Array, p: number): void {
  const probability = probabilities(row);
  // tokens that cannot be in the dropped tail need no sorting: candidates are those below the largest
  const order = ascending(row);
  let cumulative = 0;
  for (let i = 0; i < order.length - 1; i++) {
    cumulative += probability[order[i]];
    if (cumulative > 1 - p) return;
    row[order[i]] = Number.NEGATIVE_INFINITY;
  }
}

/** Indices by rising value; −∞ first. */
function ascending(row: Float64Array): Uint32Array {
  const order = new Uint32Array(row.length);
  for (let i = 0; i < order.length; i++) order[i] = i;
  return order.sort((a, b) => (row[a] === row[b] ? a - b : row[a] < row[b] ? -1 : 1));
}

/** Keeps tokens at least `p` times as likely as the likeliest (2407.01082). */
function keepMinP(row: Float64Array, p: number): void {
  const limit = row[argmax(row)] + Math.log(p);
  for (let i = 0; i < row.length; i++) if (row[i] < limit) row[i] = Number.NEGATIVE_INFINITY;
}

/** Locally typical sampling (2202.00666): keeps the tokens whose surprise is nearest the entropy until their mass reaches p. */
function keepTypical(row: Float64Array, p: number): void {
  const probability = probabilities(row);
  let entropy = 0;
  for (const q of probability) if (q > 0) entropy -= q * Math.log(q);
  const distance = probability.map((q) => Math.abs(-Math.log(q) - entropy));
  const order = ascending(distance);
  let mass = 0;
  let kept = 0;
  while (kept < order.length && mass < p) mass += probability[order[kept++]];
  for (let i = Math.max(kept, 1); i < order.length; i++) row[order[i]] = Number.NEGATIVE_INFINITY;
}

/** Token drawn from a processed row by one uniform number in [0, 1). */
export function draw(row: Float64Array, uniform: number): number {
  const total = logSumExp(row);
  let rest = uniform;
  let last = 0;
  for (let i = 0; i < row.length; i++) {
    if (row[i] === Number.NEGATIVE_INFINITY) continue;
    last = i;
    rest -= Math.exp(row[i] - total);
    if (rest < 0) return i;
  }
  return last;
}
