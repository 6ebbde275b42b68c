/** AdamW (Loshchilov & Hutter, 1711.05101) as torch.optim.AdamW computes it: state and step as plain functions over float32 arrays. */
import { FLUSH, type UpdateConstants, updatePairs } from './vector-kernels.ts';

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
  moments: Moments,
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
  update(parameter, gradient, moments, {
    keep: 1 - (decay ? learningRate * options.weightDecay : 0),
    beta1,
    beta2,
    gain1: (1 - beta1) * gradientScale,
    gain2: (1 - beta2) * gradientScale * gradientScale,
    rate: (learningRate * root) / (1 - beta1 ** step),
    epsilon: epsilon * root,
  });
}

/** Two elements at a time by `updatePairs`, an odd last one here. */
function update(
  parameter: Float32Array,
  gradient: Float32Array,
  { first, second }: Moments,
  constants: UpdateConstants,
): void {
  const even = parameter.length & ~1;
  updatePairs(even, { parameter, gradient, first, second }, constants);
  if (even === parameter.length) return;
  const { keep, beta1, beta2, gain1, gain2, rate, epsilon } = constants;
  const g = gradient[even];
  first[even] = beta1 * first[even] + gain1 * g + FLUSH - FLUSH;
  second[even] = beta2 * second[even] + gain2 * (g * g) + FLUSH - FLUSH;
  parameter[even] = parameter[even] * keep - (rate * first[even]) / (Math.sqrt(second[even]) + epsilon);
}
