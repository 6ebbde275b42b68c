/** f-DPO (Wang et al., 2309.16240): another divergence than the reverse KL holds policy and reference together; the score is f′(π/π_ref) − f′(1). */
import { type Named, registry } from '../../base/registry.ts';
import type { GraphBuilder } from '../graph/builder.ts';
import type { Value } from '../graph/value.ts';

export interface Divergence extends Named {
  /**
   * f′(t) − f′(1) of each log-ratio ln t, [B]: 0 where policy and reference agree. The constant cancels in a gap of scores, but not in one of
   * scores per token (ipo, sigmoid_norm).
   */
  score(g: GraphBuilder, logRatio: Value, alpha: number): Value;
}

/** e^x for x up to 80: beyond it float32 overflows, and the difference of two infinities would be no number. */
const boundedExp = (g: GraphBuilder, x: Value): Value => g.exp(g.min(x, 80));

export const divergences = registry<Divergence>('f_divergence_type', [
  // f = t ln t
  { id: 'reverse_kl', score: (_, logRatio) => logRatio },
  // f = −ln t + t: 1 − 1/t
  { id: 'forward_kl', score: (g, logRatio) => g.sub(1, boundedExp(g, g.neg(logRatio))) },
  // ln(2t / (1 + t))
  { id: 'js_divergence', score: (g, logRatio) => g.add(Math.LN2, g.logSigmoid(logRatio)) },
  // (t^(α−1) − 1) / (α − 1), which is ln t at α = 1
  {
    id: 'alpha_divergence',
    score(g, logRatio, alpha) {
      if (Math.abs(alpha - 1) < 1e-6) return logRatio;
      return g.div(g.sub(boundedExp(g, g.mul(alpha - 1, logRatio)), 1), alpha - 1);
    },
  },
]);
