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
  const keep = 1 - (decay ? learningRate * options.weightDecay : 0);
  const rest1 = 1 - beta1;
  const rest2 = 1 - beta2;
  const rate = learningRate / (1 - beta1 ** step);
  const root = 1 / Math.sqrt(1 - beta2 ** step);
  const length = parameter.length;
  for (let i = 0; i < length; i++) {
    const g = gradient[i] * gradientScale;
    const m = beta1 * first[i] + rest1 * g;
    const v = beta2 * second[i] + rest2 * g * g;
    first[i] = m;
    second[i] = v;
    parameter[i] = parameter[i] * keep - (rate * m) / (Math.sqrt(v) * root + epsilon);
  }
}
