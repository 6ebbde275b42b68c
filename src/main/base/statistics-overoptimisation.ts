/** Gold reward against the distance from the reference (Gao et al., 2210.10760), and the distance that best-of-n goes. */
import { inverse, multiply } from './linear-algebra.ts';
import { mean } from './statistics.ts';

/** R_bon(d) = d (α − β d) · R_rl(d) = d (α − β ln d), d = √KL. */
export type OveroptimisationForm = 'best_of_n' | 'rl';

export interface OveroptimisationFit {
  readonly alpha: number;
  readonly beta: number;
  /** Of α and β. */
  readonly se: readonly [number, number];
  /** Residual sum of squares. */
  readonly rss: number;
  readonly r2: number;
  /** Where the fitted curve is highest; null when it only rises or only falls. */
  readonly peak: { readonly d: number; readonly kl: number } | null;
}

/** Least squares without intercept. `kl` in nats, `gold` relative to the reference's own. Needs three points with KL > 0. */
export function fitOveroptimisation(
  form: OveroptimisationForm,
  kl: ArrayLike<number>,
  gold: ArrayLike<number>,
): OveroptimisationFit {
  const distances = Array.from(kl, (value) => Math.sqrt(Math.max(0, value)));
  if (gold.length !== distances.length || new Set(distances.filter((d) => d > 0)).size < 3)
    throw new RangeError(`an over-optimisation fit needs three distances above 0 with their gold reward`);
  const rows = distances.map((d) => [d, form === 'best_of_n' ? -(d ** 2) : d === 0 ? 0 : -d * Math.log(d)]);
  const normal = [0, 1].map((i) => [0, 1].map((j) => rows.reduce((sum, row) => sum + row[i] * row[j], 0)));
  const right = [0, 1].map((i) => rows.reduce((sum, row, r) => sum + row[i] * gold[r], 0));
  const inverted = inverse(normal);
  const [alpha, beta] = multiply(inverted, right);
  const rss = rows.reduce((sum, row, r) => sum + (gold[r] - alpha * row[0] - beta * row[1]) ** 2, 0);
  const noise = rss / (rows.length - 2);
  const centre = mean(gold);
  const spread = Array.from(gold).reduce((sum, value) => sum + (value - centre) ** 2, 0);
  return {
    alpha,
    beta,
    se: [Math.sqrt(noise * inverted[0][0]), Math.sqrt(noise * inverted[1][1])],
    rss,
    r2: 1 - rss / spread,
    peak: peakOf(form, alpha, beta),
  };
}

function peakOf(form: OveroptimisationForm, alpha: number, beta: number): OveroptimisationFit['peak'] {
  if (!(beta > 0) || (form === 'best_of_n' && !(alpha > 0))) return null;
  const d = form === 'best_of_n' ? alpha / (2 * beta) : Math.exp(alpha / beta - 1);
  return { d, kl: d ** 2 };
}

/** KL of best-of-n to what it samples from, nats: ln n − (n − 1)/n. An upper bound, exact when no two samples tie (Beirami et al., 2401.01879). */
export function bestOfNKl(n: number): number {
  if (!Number.isInteger(n) || n < 1)
    throw new RangeError(`best-of-n needs a whole number of samples from 1, found ${n}`);
  return Math.log(n) - (n - 1) / n;
}
