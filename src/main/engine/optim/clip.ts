/** Global-norm gradient clipping, as torch.nn.utils.clip_grad_norm_ does it. */
import { squareSums } from './vector-kernels.ts';

/** L2 norm over all tensors together, summed in float64. */
export function globalNorm(gradients: readonly Float32Array[]): number {
  let total = 0;
  for (const gradient of gradients) total += sumOfSquares(gradient);
  return Math.sqrt(total);
}

/** Four partial sums keep the additions independent of each other and in a fixed order. */
function sumOfSquares(x: Float32Array): number {
  const whole = x.length & ~3;
  let [a, b, c, d] = squareSums(x, whole);
  for (let i = whole; i < x.length; i++) a += x[i] * x[i];
  return a + b + c + d;
}

/** What gradients are multiplied by: min(1, max / (norm + 1e-6)); 1 when `maxNorm` is 0 or absent (no clipping). */
export function clipFactor(norm: number, maxNorm: number | null): number {
  if (!maxNorm) return 1;
  return Math.min(1, maxNorm / (norm + 1e-6));
}
