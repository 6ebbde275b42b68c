/** The clipped losses of PPO (Schulman et al., 1707.06347) as graphs over the real tokens of a minibatch; weights decide what is averaged. */
import type { GraphBuilder } from '../graph/builder.ts';
import type { Value } from '../graph/value.ts';

/** ln(π/π_old) is clamped to ±this before exp: beyond it a ratio says nothing but that the policies have parted. */
export const LOG_RATIO_LIMIT = 20;

/** All [M], one entry per answer token. */
export interface PolicyTokens {
  /** ln π now. */
  readonly logprobs: Value;
  /** ln π when the answer was sampled. */
  readonly oldLogprobs: Value;
  readonly advantages: Value;
  /** Share of each token in the loss: 1 / tokens of the minibatch for a plain mean. */
  readonly weights: Value;
}

export interface ClipRange {
  readonly low: number;
  readonly high: number;
}

/**
 * Eq. 7: Σ w · max(−A ρ, −A clip(ρ, 1 − low, 1 + high)), ρ = π/π_old. Returns the scalar loss and ρ [M].
 * Larger `high` than `low` is DAPO's clip-higher (2503.14476).
 */
export function clippedPolicyLoss(
  g: GraphBuilder,
  tokens: PolicyTokens,
  clip: ClipRange,
): { loss: Value; ratio: Value } {
  const { logprobs, oldLogprobs, advantages, weights } = tokens;
  const ratio = g.exp(g.clip(g.sub(logprobs, oldLogprobs), -LOG_RATIO_LIMIT, LOG_RATIO_LIMIT));
  const pushed = g.neg(g.mul(advantages, ratio));
  const held = g.neg(g.mul(advantages, g.clip(ratio, 1 - clip.low, 1 + clip.high)));
  return { loss: g.reduceSum(g.mul(weights, g.max(pushed, held))), ratio };
}

/** All [M]. */
export interface ValueTokens {
  readonly values: Value;
  readonly oldValues: Value;
  readonly returns: Value;
  readonly weights: Value;
}

/** ½ Σ w · max((V − R)², (clip(V, V_old ± c) − R)²) ("Implementation details of PPO", detail 9). */
export function clippedValueLoss(g: GraphBuilder, tokens: ValueTokens, clipRange: number): Value {
  const { values, oldValues, returns, weights } = tokens;
  const near = g.add(oldValues, g.clip(g.sub(values, oldValues), -clipRange, clipRange));
  const square = (v: Value) => {
    const error = g.sub(v, returns);
    return g.mul(error, error);
  };
  return g.mul(0.5, g.reduceSum(g.mul(weights, g.max(square(values), square(near)))));
}

/** Σ w · k3, k3 = exp(ln π_ref − ln π) − 1 − (ln π_ref − ln π): GRPO's penalty inside the loss (2402.03300, eq. 4). All [M]. */
export function klPenalty(g: GraphBuilder, logprobs: Value, refLogprobs: Value, weights: Value): Value {
  const gap = g.clip(g.sub(refLogprobs, logprobs), -LOG_RATIO_LIMIT, LOG_RATIO_LIMIT);
  return g.reduceSum(g.mul(weights, g.sub(g.sub(g.exp(gap), 1), gap)));
}
