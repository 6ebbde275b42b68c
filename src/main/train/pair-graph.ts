/** Preference pairs in a training graph: the terms losses are built from, what is fed for a micro-batch, and TRL's metrics of it. */
import { maskedMean, mean, sum } from '../base/statistics.ts';
import { type PairTokens, type ScoredPositions, scoredTokens, type TokenRow } from '../data/batches.ts';
import { type PackedBatch, packRows } from '../data/packed-batch.ts';
import type { GraphBuilder } from '../engine/graph/builder.ts';
import type { Tensor, Value } from '../engine/graph/value.ts';
import { divergences } from '../engine/losses/f-divergence.ts';
import type { TokenStatistics } from '../engine/losses/logp.ts';
import type { PairTerms } from '../engine/losses/preference.ts';
import { float32 } from '../engine/runtime/session.ts';
import type { PairObjective, PairOptions } from './pair-options.ts';
import { membershipFeed, sumByRow } from './row-sums.ts';
import type { RunningMeans } from './running-means.ts';
import { packedFeeds } from './step-graph.ts';

/** ln π of both answers of a pair: of the whole answers, and of each scored token. */
export interface PairLogps {
  readonly chosen: number;
  readonly rejected: number;
  readonly tokens: { readonly chosen: Float32Array; readonly rejected: Float32Array };
}

/** Loss of a micro-batch, Σ pair_weights · loss, scalar; what `pairFeeds` feeds is declared here. */
export function buildPairLoss(
  g: GraphBuilder,
  tokens: TokenStatistics,
  { losses, options }: PairObjective,
  running: RunningMeans,
): Value {
  const pairs = (name: string) => g.input(name, 'float32', ['P']);
  const chosenRows = g.input('chosen_rows', 'float32', ['P', 'M']);
  const rejectedRows = g.input('rejected_rows', 'float32', ['P', 'M']);
  const tokenWeights = hasTokenWeights(options) ? g.input('token_weights', 'float32', ['M']) : undefined;
  const answers = (rows: Value, perToken: Value) =>
    sumByRow(g, rows, tokenWeights ? g.mul(perToken, tokenWeights) : perToken);
  const chosenLogp = answers(chosenRows, tokens.logp);
  const rejectedLogp = answers(rejectedRows, tokens.logp);
  // subtracted token by token: between two sums of a thousand nats float32 leaves no more than four digits of their difference
  const ratios = g.sub(tokens.logp, g.input('ref_logps', 'float32', ['M']));
  const chosenRatio = answers(chosenRows, ratios);
  const rejectedRatio = answers(rejectedRows, ratios);
  const divergence = divergences.get(options.f_divergence_type);
  const terms: PairTerms = {
    chosenLogp,
    rejectedLogp,
    refChosenLogp: pairs('ref_chosen'),
    refRejectedLogp: pairs('ref_rejected'),
    chosenRatio,
    rejectedRatio,
    chosenScore: divergence.score(g, chosenRatio, options.f_alpha_divergence_coef),
    rejectedScore: divergence.score(g, rejectedRatio, options.f_alpha_divergence_coef),
    chosenLength: pairs('chosen_lengths'),
    rejectedLength: pairs('rejected_lengths'),
    chosenTokenLoss: g.neg(g.div(g.reduceSum(sumByRow(g, chosenRows, tokens.logp)), g.max(g.reduceSum(chosenRows), 1))),
    runningMean: (name, value) => running.build(g, name, value),
  };
  g.output('chosen_logps', chosenLogp);
  g.output('rejected_logps', rejectedLogp);
  g.output('chosen_ratios', chosenRatio);
  g.output('rejected_ratios', rejectedRatio);
  const perPair = losses
    .map(({ loss, weight }) => g.mul(weight, loss.build(g, terms, options)))
    .reduce((a, b) => g.add(a, b));
  const counted = options.use_weighting ? g.mul(perPair, wpoWeights(g, tokens, chosenRows, rejectedRows)) : perPair;
  return g.reduceSum(g.mul(pairs('pair_weights'), counted));
}

/** WPO (Zhou et al., 2406.11827, eq. 2): exp of the mean over tokens of ln π − ln Σ π², for both answers; no gradient. */
function wpoWeights(g: GraphBuilder, tokens: TokenStatistics, chosenRows: Value, rejectedRows: Value): Value {
  const aligned = g.sub(tokens.logp, tokens.logSquares);
  const perAnswer = (rows: Value) => g.div(sumByRow(g, rows, aligned), g.max(g.reduceSum(rows, [1]), 1));
  return g.stopGradient(g.exp(g.add(perAnswer(chosenRows), perAnswer(rejectedRows))));
}

const hasTokenWeights = ({ ld_alpha }: PairOptions): boolean => ld_alpha !== undefined && ld_alpha !== 1;

/** LD-DPO (Liu et al., 2409.06411): how many scored tokens of an answer count in full; those after them count ld_alpha times. */
const fullTokens = ({ chosen, rejected }: PairTokens): number => Math.min(scoredTokens(chosen), scoredTokens(rejected));

/** ln π of an answer from the log-probabilities of its scored tokens. */
function answerLogp(logps: ArrayLike<number>, full: number, { ld_alpha }: PairOptions): number {
  const border = Math.min(logps.length, full);
  return sum(logps, 0, border) + (ld_alpha ?? 1) * sum(logps, border);
}

/** ln π of both answers from the log-probabilities of their scored tokens, tokens weighed as the options say. */
export function pairLogps(
  pair: PairTokens,
  chosen: ArrayLike<number>,
  rejected: ArrayLike<number>,
  options: PairOptions,
): PairLogps {
  const full = fullTokens(pair);
  return {
    chosen: answerLogp(chosen, full, options),
    rejected: answerLogp(rejected, full, options),
    tokens: { chosen: Float32Array.from(chosen), rejected: Float32Array.from(rejected) },
  };
}

/** Chosen rows, then rejected rows (TRL's layout); a pair's common beginning, its prompt, is computed once. */
export const packPairs = (pairs: readonly PairTokens[]): PackedBatch =>
  packRows([...pairs.map((p) => p.chosen), ...pairs.map((p) => p.rejected)], (row) =>
    row < pairs.length ? undefined : row - pairs.length,
  );

/** Everything a micro-batch feeds besides the model's weights; `weights` says how much each pair counts in the optimiser step. */
export function pairFeeds(
  pairs: readonly PairTokens[],
  batch: PackedBatch,
  references: readonly PairLogps[],
  options: PairOptions,
  weights: readonly number[],
): Record<string, Tensor> {
  const count = pairs.length;
  const perPair = (of: (pair: PairTokens, i: number) => number) => float32([count], Float32Array.from(pairs, of));
  const length = ({ ids, start }: TokenRow) => Math.max(1, ids.length - start);
  return {
    ...packedFeeds(batch),
    chosen_rows: membershipFeed(batch.offsets, 0, count),
    rejected_rows: membershipFeed(batch.offsets, count, count),
    ref_logps: referenceTokens(batch, references),
    ref_chosen: perPair((_, i) => references[i].chosen),
    ref_rejected: perPair((_, i) => references[i].rejected),
    chosen_lengths: perPair(({ chosen }) => length(chosen)),
    rejected_lengths: perPair(({ rejected }) => length(rejected)),
    pair_weights: perPair((_, i) => weights[i]),
    ...(hasTokenWeights(options) ? { token_weights: tokenWeights(pairs, batch, options) } : {}),
  };
}

/** The reference's log-probability of every scored token, [M]; 0 where there is no reference. */
function referenceTokens({ offsets, rows }: ScoredPositions, references: readonly PairLogps[]): Tensor {
  const data = new Float32Array(rows.length);
  references.forEach(({ tokens }, i) => {
    data.set(tokens.chosen, offsets[i]);
    data.set(tokens.rejected, offsets[references.length + i]);
  });
  return float32([rows.length], data);
}

function tokenWeights(
  pairs: readonly PairTokens[],
  { offsets, rows }: ScoredPositions,
  { ld_alpha }: PairOptions,
): Tensor {
  const data = new Float32Array(rows.length).fill(1);
  pairs.forEach((pair, i) => {
    const full = fullTokens(pair);
    for (const row of [i, pairs.length + i])
      data.fill(ld_alpha ?? 1, Math.min(offsets[row] + full, offsets[row + 1]), offsets[row + 1]);
  });
  return float32([rows.length], data);
}

/** Relative error of a sum of log-probabilities in float32, with room: four units in the last place. */
const ROUNDING = 2 ** -22;

/** A difference of two such sums that is no larger than this is none: float32 tells them apart by rounding only. */
export const beyondRounding = (a: number, b: number): number => ROUNDING * (Math.abs(a) + Math.abs(b));

/**
 * TRL's metrics of a micro-batch: rewards are β (policy − reference) whatever the loss; logits and accuracy over answer tokens only. Pairs count
 * by their weights, so that a label which is both ways round (soft, or a tie) counts by its probability. Accuracy is strict: a margin within rounding is no win.
 */
export function pairMetrics(
  found: Readonly<Record<string, Tensor>>,
  batch: ScoredPositions,
  references: readonly PairLogps[],
  beta: number,
  weights: readonly number[],
): Record<string, number> {
  const over = (values: ArrayLike<number>) => maskedMean(values, weights);
  const numbers = (name: string) => found[name].data as Float32Array;
  const chosen = numbers('chosen_logps');
  const rejected = numbers('rejected_logps');
  const rewards = (name: string) => Array.from(numbers(name), (ratio) => beta * ratio);
  const chosenRewards = rewards('chosen_ratios');
  const rejectedRewards = rewards('rejected_ratios');
  // equal answers, and a policy that equals its reference, are ties
  const noise = (i: number) => beta * beyondRounding(chosen[i], rejected[i]);
  const border = batch.offsets[references.length];
  return {
    'rewards/chosen': over(chosenRewards),
    'rewards/rejected': over(rejectedRewards),
    'rewards/margins': over(chosenRewards.map((r, i) => r - rejectedRewards[i])),
    'rewards/accuracies': over(chosenRewards.map((r, i) => (r - rejectedRewards[i] > noise(i) ? 1 : 0))),
    'logps/chosen': over(chosen),
    'logps/rejected': over(rejected),
    'logits/chosen': mean(numbers('mean_logit'), 0, border),
    'logits/rejected': mean(numbers('mean_logit'), border),
    entropy: mean(numbers('entropy')),
    mean_token_accuracy: mean(numbers('correct'), 0, border),
  };
}
