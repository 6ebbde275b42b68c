/** What a loss on single answers with a label sees and gives. */
import type { Named } from '../../../base/registry.ts';
import type { GraphBuilder } from '../../graph/builder.ts';
import type { Value } from '../../graph/value.ts';

export interface UnpairedTerms {
  /** log π/π_ref of the answer, [R]. */
  readonly ratio: Value;
  /** 1 for wanted answers, −1 for unwanted ones, [R]. */
  readonly sign: Value;
  /** Estimate of KL(π ‖ π_ref), ≥ 0, scalar; no gradient flows through it. */
  readonly kl: Value;
}

export interface UnpairedLoss extends Named {
  readonly title: string;
  readonly summary: string;
  readonly paper: { readonly title: string; readonly url: string };
  /** Whether it needs the KL estimate, which costs forward passes. */
  readonly usesKl: boolean;
  /** Loss of each row, [R], before the weights of wanted and unwanted rows. */
  build(g: GraphBuilder, terms: UnpairedTerms, beta: number): Value;
}
