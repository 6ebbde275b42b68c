/** What a preference loss sees and gives: log-probabilities of both answers in, one loss per pair out. */
import { z } from 'zod';
import type { Named } from '../../base/registry.ts';
import type { GraphBuilder } from '../graph/builder.ts';
import type { Value } from '../graph/value.ts';

/** Legend: B pairs; log π is a sum over the answer's tokens, in nats. All [B] unless said otherwise. */
export interface PairTerms {
  /** log π(y⁺|x) and log π(y⁻|x); tokens weigh less beyond the shorter answer's length when ld_alpha asks for it. */
  readonly chosenLogp: Value;
  readonly rejectedLogp: Value;
  readonly refChosenLogp: Value;
  readonly refRejectedLogp: Value;
  /** log π/π_ref. */
  readonly chosenRatio: Value;
  readonly rejectedRatio: Value;
  /** f′(π/π_ref) − f′(1): the log-ratio itself for the reverse KL, which is DPO's. */
  readonly chosenScore: Value;
  readonly rejectedScore: Value;
  /** Tokens of the answers, float32: what per-token losses divide by. */
  readonly chosenLength: Value;
  readonly rejectedLength: Value;
  /** −mean ln π over all tokens of the chosen answers of the micro-batch; scalar. */
  readonly chosenTokenLoss: Value;
  /** Mean over all micro-batches so far of a scalar, this one included; no gradient flows through it. */
  runningMean(name: string, value: Value): Value;
}

/** Options every loss may read, under TRL's names. */
export interface CommonLossOptions {
  readonly beta: number;
  readonly label_smoothing: number;
}

/** All options of a run: a loss takes its own from them. */
export type LossOptions = CommonLossOptions & Readonly<Record<string, unknown>>;

interface LossText extends Named {
  readonly title: string;
  /** One line for the form. */
  readonly summary: string;
  readonly paper: { readonly title: string; readonly url: string };
  /** Whether `label_smoothing` means something here. */
  readonly usesLabelSmoothing: boolean;
  /** Whether it is built on scores, so that another f-divergence than the reverse KL means something. */
  readonly usesDivergence: boolean;
}

/** A loss as its file writes it: `params` are its own options, each with title, description and group. */
export interface LossDefinition<S extends z.ZodRawShape> extends LossText {
  readonly params: S;
  /** What is wrong with the options, in a sentence; undefined when nothing is. */
  problem?(options: CommonLossOptions & z.output<z.ZodObject<S>>): string | undefined;
  build(g: GraphBuilder, pair: PairTerms, options: CommonLossOptions & z.output<z.ZodObject<S>>): Value;
}

/** A loss as the registry holds it. */
export interface PreferenceLoss extends LossText {
  readonly params: z.ZodRawShape;
  problem(options: LossOptions): string | undefined;
  /** Loss of each pair, [B]; own options that are left out take their defaults. */
  build(g: GraphBuilder, pair: PairTerms, options: LossOptions): Value;
}

export function defineLoss<S extends z.ZodRawShape>(definition: LossDefinition<S>): PreferenceLoss {
  const own = z.object(definition.params);
  const typed = (options: LossOptions) => ({ ...own.parse(options), ...pick(options) });
  return {
    ...definition,
    problem: (options) => definition.problem?.(typed(options)),
    build: (g, pair, options) => definition.build(g, pair, typed(options)),
  };
}

const pick = ({ beta, label_smoothing }: CommonLossOptions): CommonLossOptions => ({ beta, label_smoothing });

/** β (score⁺ − score⁻), the implicit reward's margin (DPO eq. 7), [B]. */
export const margin = (g: GraphBuilder, { chosenScore, rejectedScore }: PairTerms, beta: number): Value =>
  g.mul(beta, g.sub(chosenScore, rejectedScore));

/** Scores per token of the answer: chosen minus rejected, [B]. */
export const marginPerToken = (g: GraphBuilder, pair: PairTerms): Value =>
  g.sub(g.div(pair.chosenScore, pair.chosenLength), g.div(pair.rejectedScore, pair.rejectedLength));

/** −(1 − ε) log σ(h) − ε log σ(−h): cross-entropy against a label that is wrong with probability ε. */
export function smoothedLogistic(g: GraphBuilder, h: Value, epsilon: number): Value {
  const right = g.mul(1 - epsilon, g.logSigmoid(h));
  return g.neg(g.add(right, g.mul(epsilon, g.logSigmoid(g.neg(h)))));
}
