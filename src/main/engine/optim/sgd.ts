/** Stochastic gradient descent with momentum, as torch.optim.SGD computes it. */

export interface SgdOptions {
  readonly momentum: number;
  readonly dampening: number;
  readonly nesterov: boolean;
  /** Added to the gradient (not decoupled). */
  readonly weightDecay: number;
}

/** One step in place; `buffer` holds the momentum, and takes the first gradient undampened when `step` is 1. */
export function sgdStep(
  parameter: Float32Array,
  gradient: Float32Array,
  buffer: Float32Array,
  { momentum, dampening, nesterov, weightDecay }: SgdOptions,
  { step, learningRate, gradientScale }: { step: number; learningRate: number; gradientScale: number },
): void {
  for (let i = 0; i < parameter.length; i++) {
    const g = gradient[i] * gradientScale + weightDecay * parameter[i];
    const b = step === 1 ? g : momentum * buffer[i] + (1 - dampening) * g;
    buffer[i] = b;
    parameter[i] -= learningRate * (momentum === 0 ? g : nesterov ? g + momentum * b : b);
  }
}
