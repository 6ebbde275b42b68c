/** What a loss of a reward model sees and gives: differences of scores in, one loss per pair out. */
import type { Named } from '../../../base/registry.ts';
import type { GraphBuilder } from '../../graph/builder.ts';
import type { Value } from '../../graph/value.ts';

export interface ScoredPairs {
  /** r⁺ − r⁻ − margin, [P]. */
  readonly difference: Value;
  /** 1 where the raters found both answers equally good, else 0, [P]. */
  readonly tie: Value;
}

export interface RewardLoss extends Named {
  readonly title: string;
  readonly summary: string;
  readonly paper: { readonly title: string; readonly url: string };
  /** Whether ties teach it anything. */
  readonly usesTies: boolean;
  /** Loss of each pair, [P]. `tieRate` is the probability that two equally good answers tie. */
  build(g: GraphBuilder, pairs: ScoredPairs, tieRate: number): Value;
}

/** One loss for ties, another for the rest: `tie` is 0 or 1. */
export const byTie = (g: GraphBuilder, tie: Value, ofTies: Value, ofOthers: Value): Value =>
  g.add(g.mul(tie, ofTies), g.mul(g.sub(1, tie), ofOthers));
