/** Quantiles of the standard normal distribution, to double precision, by Newton steps on the series of its distribution function. */

/** z with P(Z ≤ z) = p, for 0 < p < 1. */
export function normalQuantile(p: number): number {
  if (!(p > 0 && p < 1)) throw new RangeError(`a probability between 0 and 1 is needed, found ${p}`);
  // the start lies on the right side and not too far out, so that every step helps
  let z = Math.sign(p - 0.5) * Math.sqrt(-2 * Math.log(Math.min(p, 1 - p))) * 0.8;
  for (let i = 0; i < 60; i++) {
    const step = (cumulative(z) - p) / density(z);
    z -= Math.max(-0.5, Math.min(0.5, step));
    if (Math.abs(step) < 1e-14) break;
  }
  return z;
}

const density = (z: number): number => Math.exp(-0.5 * z * z) / Math.sqrt(2 * Math.PI);

/** Φ(z) by the series Σ z^(2k+1) / (2k+1)!!: exact to double precision for |z| < 8. */
function cumulative(z: number): number {
  let term = z;
  let sum = z;
  for (let k = 1; Math.abs(term) > 1e-17 * Math.abs(sum) && k < 400; k++) {
    term *= (z * z) / (2 * k + 1);
    sum += term;
  }
  return 0.5 + density(z) * sum;
}
