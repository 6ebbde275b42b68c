/** Correlations and the p-values of "there is none": Pearson, Spearman, Kendall's τ-b; the labels of point-biserial are Pearson's 0 and 1. */
import { logGamma, normalTwoSided, studentTwoSided } from './distributions.ts';
import { mean } from './statistics.ts';

export interface Correlation {
  readonly value: number;
  /** Two-sided. */
  readonly p: number;
}

function checkPaired(x: ArrayLike<number>, y: ArrayLike<number>): number {
  if (x.length !== y.length)
    throw new RangeError(`a correlation needs pairs, found ${x.length} and ${y.length} values`);
  return x.length;
}

/** Pearson's r; NaN when one side does not vary. */
export function correlation(x: ArrayLike<number>, y: ArrayLike<number>): number {
  const n = checkPaired(x, y);
  const [centreX, centreY] = [mean(x), mean(y)];
  let [xy, xx, yy] = [0, 0, 0];
  for (let i = 0; i < n; i++) {
    const [dx, dy] = [x[i] - centreX, y[i] - centreY];
    xy += dx * dy;
    xx += dx * dx;
    yy += dy * dy;
  }
  return xx === 0 || yy === 0 ? Number.NaN : xy / Math.sqrt(xx * yy);
}

/** r and its p from Student's t with n − 2 degrees of freedom. */
export function pearson(x: ArrayLike<number>, y: ArrayLike<number>): Correlation {
  const value = correlation(x, y);
  const degrees = x.length - 2;
  const p = degrees < 1 ? Number.NaN : studentTwoSided(value * Math.sqrt(degrees / (1 - value ** 2)), degrees);
  return { value, p: Math.abs(value) === 1 && degrees >= 1 ? 0 : p };
}

/** Spearman's ρ: Pearson's r of the ranks. */
export const spearman = (x: ArrayLike<number>, y: ArrayLike<number>): Correlation => pearson(ranks(x), ranks(y));

/** Ranks from 1; equal values share the mean of theirs. */
export function ranks(values: ArrayLike<number>): Float64Array {
  const order = Array.from({ length: values.length }, (_, i) => i).sort((a, b) => values[a] - values[b]);
  const found = new Float64Array(values.length);
  for (let from = 0; from < order.length; ) {
    let to = from + 1;
    while (to < order.length && values[order[to]] === values[order[from]]) to++;
    for (let i = from; i < to; i++) found[order[i]] = (from + 1 + to) / 2;
    from = to;
  }
  return found;
}

/** Above this many values the p of τ is the normal one even without ties, as in scipy. */
const EXACT_LIMIT = 33;

/** Kendall's τ-b (Kendall 1945). p: exact without ties up to 33 values, else normal with the variance corrected for ties (Kendall 1970). */
export function kendall(x: ArrayLike<number>, y: ArrayLike<number>): Correlation {
  const n = checkPaired(x, y);
  let concordance = 0;
  let discordant = 0;
  for (let i = 0; i < n; i++)
    for (let j = 0; j < i; j++) {
      const sign = Math.sign(x[i] - x[j]) * Math.sign(y[i] - y[j]);
      concordance += sign;
      if (sign < 0) discordant++;
    }
  const pairs = (n * (n - 1)) / 2;
  const [tiesX, tiesY] = [tieSums(x), tieSums(y)];
  const value = concordance / Math.sqrt((pairs - tiesX.pairs) * (pairs - tiesY.pairs));
  const exact = tiesX.pairs === 0 && tiesY.pairs === 0 && n <= EXACT_LIMIT;
  const p = exact ? exactKendall(n, discordant) : normalTwoSided(concordance / Math.sqrt(varianceOf(n, tiesX, tiesY)));
  return { value, p };
}

interface TieSums {
  readonly pairs: number;
  readonly triples: number;
  readonly weighted: number;
}

/** Over groups of t equal values: Σ t(t−1)/2, Σ t(t−1)(t−2), Σ t(t−1)(2t+5). */
function tieSums(values: ArrayLike<number>): TieSums {
  const counts = new Map<number, number>();
  for (let i = 0; i < values.length; i++) counts.set(values[i], (counts.get(values[i]) ?? 0) + 1);
  let [pairs, triples, weighted] = [0, 0, 0];
  for (const t of counts.values()) {
    pairs += (t * (t - 1)) / 2;
    triples += t * (t - 1) * (t - 2);
    weighted += t * (t - 1) * (2 * t + 5);
  }
  return { pairs, triples, weighted };
}

function varianceOf(n: number, x: TieSums, y: TieSums): number {
  const m = n * (n - 1);
  return (
    (m * (2 * n + 5) - x.weighted - y.weighted) / 18 +
    (2 * x.pairs * y.pairs) / m +
    (x.triples * y.triples) / (9 * m * (n - 2))
  );
}

/** 2 P(at most as many inversions as found, from the side that has fewer) over all orders of n. */
function exactKendall(n: number, discordant: number): number {
  const pairs = (n * (n - 1)) / 2;
  const fewer = Math.min(discordant, pairs - discordant);
  // Mahonian numbers: inserting the k-th item adds 0 … k−1 inversions
  let counts = [1];
  for (let k = 2; k <= n; k++)
    counts = Array.from({ length: Math.min(fewer, (k * (k - 1)) / 2) + 1 }, (_, i) =>
      counts.slice(Math.max(0, i - k + 1), i + 1).reduce((a, b) => a + b, 0),
    );
  const total = counts.slice(0, fewer + 1).reduce((a, b) => a + b, 0);
  return Math.min(1, 2 * Math.exp(Math.log(total) - logGamma(n + 1)));
}
