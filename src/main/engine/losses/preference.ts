/** What a preference loss sees and gives: sums of log-probabilities in, one loss per pair out. */
import type { Named } from '../../base/registry.ts';
import type { GraphBuilder } from '../graph/builder.ts';
import type { Value } from '../graph/value.ts';

/** All [B]: Σ ln π over the answer's tokens under policy and reference. */
export interface PairLogps {
  readonly chosen: Value;
  readonly rejected: Value;
  readonly refChosen: Value;
  readonly refRejected: Value;
  /** Tokens of the answers, float32: what per-token losses divide by. */
  readonly chosenLength: Value;
  readonly rejectedLength: Value;
}

export interface LossOptions {
  readonly beta: number;
  readonly labelSmoothing: number;
}

export interface PreferenceLoss extends Named {
  readonly title: string;
  readonly paper: { readonly title: string; readonly url: string };
  /** Whether `label_smoothing` means something: a loss that has no use for it refuses any but 0. */
  readonly usesLabelSmoothing: boolean;
  /** Loss of each pair, [B]. */
  build(g: GraphBuilder, logps: PairLogps, options: LossOptions): Value;
}

/** β-free difference of log-ratios, chosen minus rejected (DPO eq. 7 without β), [B]. */
export function logRatioGap(g: GraphBuilder, { chosen, rejected, refChosen, refRejected }: PairLogps): Value {
  return g.sub(g.sub(chosen, rejected), g.sub(refChosen, refRejected));
}
