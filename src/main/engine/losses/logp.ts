/** Log-probabilities of tokens from hidden states: the one place where logits become numbers that losses see. */
import type { GraphBuilder } from '../graph/builder.ts';
import type { Value } from '../graph/value.ts';

export interface TokenStatistics {
  /** ln p(label), [M]. */
  readonly logp: Value;
  /** Entropy of the prediction in nats, [M]; no gradient. */
  readonly entropy: Value;
  /** 1 where the likeliest token is the label, [M]; no gradient. */
  readonly correct: Value;
  /** Mean of the raw logits over the vocabulary, [M]; no gradient. */
  readonly meanLogit: Value;
  /** ln Σ p² over the vocabulary, [M]; no gradient. Costs a pass over the logits, if anything uses it. */
  readonly logSquares: Value;
}

/**
 * Per-position statistics of logits [M, V] against labels int32 [M]. The softmax is formed once and serves the entropy and the gradient
 * (d ln p / d logits = onehot − softmax), so a step passes over the logits as few times as it can.
 */
export function tokenStatistics(g: GraphBuilder, logits: Value, labels: Value): TokenStatistics {
  const [m] = logits.shape;
  const column = g.unsqueeze(labels, [1]);
  const flat = (x: Value) => g.reshape(x, [m]);
  // e^(x − max) is left unnormalised: what needs probabilities divides by its sum after the pass over the vocabulary, not before
  const { shifted, powers, total } = g.untaped(() => {
    const shifted = g.sub(logits, g.reduceMax(logits, [1], true));
    const powers = g.exp(shifted);
    return { shifted, powers, total: g.reduceSum(powers, [1], true) };
  });
  const [logp, entropy, correct, meanLogit, logSquares] = g.fused(
    'TokenStatistics',
    [logits],
    () => {
      const logTotal = g.log(total);
      const chosen = g.gatherElements(shifted, column, 1);
      // H = ln Σe^s − Σ p s
      const spread = g.div(g.reduceSum(g.mul(powers, shifted), [1], true), total);
      const hit = g.indicator(g.equal(g.op('ArgMax', [logits], { axis: 1, keepdims: 0 }), g.cast(labels, 'int64')));
      const mean = g.reduceMean(logits, [1], true);
      const squares = g.sub(g.log(g.reduceSum(g.mul(powers, powers), [1], true)), g.mul(2, logTotal));
      return [flat(g.sub(chosen, logTotal)), flat(g.sub(logTotal, spread)), hit, flat(mean), flat(squares)];
    },
    (_, { dOutputs: [d] }) => {
      const upstream = g.reshape(d, [m, 1]);
      const spread = g.mul(powers, g.neg(g.div(upstream, total)));
      return [g.op('ScatterElements', [spread, column, upstream], { axis: 1, reduction: 'add' })];
    },
  );
  return { logp, entropy, correct, meanLogit, logSquares };
}

/** Keeps a division by a temperature of 0 finite (TRL's number, so that log-probabilities equal its). */
const TEMPERATURE_EPSILON = 1e-7;

/** Statistics under the distribution that was sampled from: logits divided by `temperature` (1: as they are). */
export function temperedStatistics(
  g: GraphBuilder,
  logits: Value,
  labels: Value,
  temperature: number,
): TokenStatistics {
  const tempered = temperature === 1 ? logits : g.mul(logits, 1 / (temperature + TEMPERATURE_EPSILON));
  return tokenStatistics(g, tempered, labels);
}
