/** AdamW (Loshchilov & Hutter, 1711.05101) as torch.optim.AdamW computes it: state and step as plain functions over float32 arrays. */

export interface AdamWOptions {
  readonly beta1: number;
  readonly beta2: number;
  /** Outside the root: m̂ / (√v̂ + ε). */
  readonly epsilon: number;
  readonly weightDecay: number;
}

/** First and second moments of one tensor, as long as the tensor. */
export interface Moments {
  readonly first: Float32Array;
  readonly second: Float32Array;
}

export const initMoments = (length: number): Moments => ({
  first: new Float32Array(length),
  second: new Float32Array(length),
});

/**
 * One step in place: p ← p(1 − lr·wd); m ← β₁m + (1−β₁)g; v ← β₂v + (1−β₂)g²; p ← p − lr·m̂/(√v̂ + ε).
 * `step` counts from 1 (bias correction); `gradientScale` multiplies g first (clipping); `decay` false leaves the weight decay out.
 */
export function adamwStep(
  parameter: Float32Array,
  gradient: Float32Array,
  { first, second }: Moments,
  options: AdamWOptions,
  {
    step,
    learningRate,
    gradientScale,
    decay,
  }: { step: number; learningRate: number; gradientScale: number; decay: boolean },
): void {
  const { beta1, beta2, epsilon } = options;
  if (gradient.length !== parameter.length)
    throw new RangeError(`AdamW: a gradient of ${gradient.length} numbers for a tensor of ${parameter.length}`);
  // Bias corrections and the gradient's scale are folded into the constants: m̂/(√v̂ + ε) = (1/(1−β₁ᵗ)) · r·m/(√v + r·ε), r = √(1−β₂ᵗ).
  const root = Math.sqrt(1 - beta2 ** step);
  update(parameter, gradient, first, second, {
    keep: 1 - (decay ? learningRate * options.weightDecay : 0),
    beta1,
    beta2,
    gain1: (1 - beta1) * gradientScale,
    gain2: (1 - beta2) * gradientScale * gradientScale,
    rate: (learningRate * root) / (1 - beta1 ** step),
    epsilon: epsilon * root,
  });
}

interface Constants {
  readonly keep: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly gain1: number;
  readonly gain2: number;
  readonly rate: number;
  readonly epsilon: number;
}

/**
 * Added and taken away again, this rounds to multiples of 2^-126, the smallest normal float32: without gradients moments would decay into
 * subnormal numbers, where the processor is several times slower, and stay there. What it rounds off is far below float32's precision or below ε.
 */
const FLUSH = 1e-22;

/** The loop alone, two elements at a time: memory-bound (5 reads and writes of 4 bytes plus 2), so no more arithmetic than needed. */
function update(
  parameter: Float32Array,
  gradient: Float32Array,
  first: Float32Array,
  second: Float32Array,
  { keep, beta1, beta2, gain1, gain2, rate, epsilon }: Constants,
): void {
  const length = parameter.length;
  const even = length & ~1;
  for (let i = 0; i < even; i += 2) {
    const j = i + 1;
    const g = gradient[i];
    const h = gradient[j];
    const m = beta1 * first[i] + gain1 * g + FLUSH - FLUSH;
    const n = beta1 * first[j] + gain1 * h + FLUSH - FLUSH;
    const v = beta2 * second[i] + gain2 * (g * g) + FLUSH - FLUSH;
    const w = beta2 * second[j] + gain2 * (h * h) + FLUSH - FLUSH;
    first[i] = m;
    first[j] = n;
    second[i] = v;
    second[j] = w;
    parameter[i] = parameter[i] * keep - (rate * m) / (Math.sqrt(v) + epsilon);
    parameter[j] = parameter[j] * keep - (rate * n) / (Math.sqrt(w) + epsilon);
  }
  if (even === length) return;
  const g = gradient[even];
  first[even] = beta1 * first[even] + gain1 * g + FLUSH - FLUSH;
  second[even] = beta2 * second[even] + gain2 * (g * g) + FLUSH - FLUSH;
  parameter[even] = parameter[even] * keep - (rate * first[even]) / (Math.sqrt(second[even]) + epsilon);
}
