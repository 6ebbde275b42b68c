/** The frame of every training graph: token inputs, statistics of the scored positions, a loss, and the gradient of everything that is trained. */

import type { PaddedBatch, ScoredPositions } from '../data/batches.ts';
import type { PackedBatch } from '../data/packed-batch.ts';
import { declareDropout } from '../engine/adapters/dropout.ts';
import { gradients } from '../engine/autodiff/gradient.ts';
import { GraphBuilder } from '../engine/graph/builder.ts';
import type { Graph, Tensor, Value } from '../engine/graph/value.ts';
import { type TokenStatistics, tokenStatistics } from '../engine/losses/logp.ts';
import type { Weights } from '../engine/models/architecture.ts';
import { type LanguageModel, trainable, weightInputs } from '../engine/models/language-model.ts';
import { causalMaskFeed, positionFeed } from '../engine/runtime/batch-feeds.ts';
import { float32, int32 } from '../engine/runtime/session.ts';

/** Name of the output that holds a weight's gradient. */
export const gradientName = (weight: string): string => `d:${weight}`;

/** What an objective is built from: the hidden states of the scored positions [M, hidden] (prompts and padding cost nothing after them). */
export interface ObjectiveInput {
  readonly hidden: Value;
  readonly weights: Weights;
}

export interface StepGraphOptions {
  /** No gradients. */
  readonly forwardOnly?: boolean;
  /** Batches come packed (`packedFeeds`) instead of padded (`batchFeeds`). */
  readonly packed?: boolean;
  /** An adapter's dropout is applied; batches then come with `dropoutFeeds`. */
  readonly dropout?: boolean;
  /** Gradient checkpointing: layers are computed again in the backward pass instead of kept. */
  readonly recompute?: boolean;
}

const paddedTokens = (g: GraphBuilder) => ({
  ids: g.input('ids', 'int32', ['B', 'T']),
  positions: g.input('positions', 'int64', ['B', 'T']),
});

function packedTokens(g: GraphBuilder) {
  const row = (value: Value) => g.reshape(value, [1, 'N']);
  return {
    ids: row(g.input('ids', 'int32', ['N'])),
    positions: row(g.input('positions', 'int64', ['N'])),
    packing: {
      places: g.input('places', 'int32', ['B', 'T']),
      positions: g.input('place_positions', 'int64', ['B', 'T']),
      back: g.input('back', 'int32', ['N']),
      other: g.input('other', 'int32', ['N']),
      shared: g.input('shared', 'float32', ['N', 1]),
      owned: g.input('owned', 'float32', ['B', 'T']),
    },
  };
}

/** `objective` returns the scalar loss and adds its own outputs. Outputs here: loss and, unless it is forward only, one gradient for each trained tensor. */
export function buildObjectiveGraph(
  model: LanguageModel,
  maxPositions: number,
  objective: (g: GraphBuilder, input: ObjectiveInput) => Value,
  options: StepGraphOptions = {},
): Graph {
  const g = new GraphBuilder('train_step');
  const { architecture, config } = model;
  const { specs } = trainable(model);
  const tokens = options.packed ? packedTokens(g) : paddedTokens(g);
  const mask = g.input('mask', 'float32', ['T', 'T']);
  const rows = g.input('rows', 'int32', ['M']);
  const drops = options.dropout && (model.adapter?.config.dropout ?? 0) > 0;
  const weights = weightInputs(g, model, drops ? declareDropout(g, tokens.ids.shape, rows) : undefined);
  const recompute = options.recompute === true && !options.forwardOnly;
  const { hidden } = architecture.decode(g, config, weights, { ...tokens, mask, maxPositions, recompute });
  const loss = objective(g, { hidden: g.gather(hidden, rows), weights });
  g.output('loss', loss);
  if (!options.forwardOnly) {
    const targets = specs.map((spec) => weights(spec.name));
    gradients(g, loss, targets).forEach((gradient, i) => {
      g.output(gradientName(specs[i].name), gradient);
    });
  }
  return g.build();
}

/**
 * The same for losses on log-probabilities: `loss` gets the statistics of the M scored positions, which are outputs too (logp, entropy, correct,
 * mean_logit, all [M]).
 */
export function buildStepGraph(
  model: LanguageModel,
  maxPositions: number,
  loss: (g: GraphBuilder, tokens: TokenStatistics) => Value,
  options: StepGraphOptions = {},
): Graph {
  const { architecture, config } = model;
  const objective = (g: GraphBuilder, { hidden, weights }: ObjectiveInput): Value => {
    const labels = g.input('labels', 'int32', ['M']);
    const tokens = tokenStatistics(g, architecture.head(g, config, weights, hidden), labels);
    g.output('logp', tokens.logp);
    g.output('entropy', tokens.entropy);
    g.output('correct', tokens.correct);
    g.output('mean_logit', tokens.meanLogit);
    return loss(g, tokens);
  };
  return buildObjectiveGraph(model, maxPositions, objective, options);
}

const scoredFeeds = ({ rows, labels }: ScoredPositions): Record<string, Tensor> => ({
  rows: int32([rows.length], rows),
  labels: int32([labels.length], labels),
});

/** Token feeds of a padded batch. */
export function batchFeeds(batch: PaddedBatch): Record<string, Tensor> {
  return {
    ids: int32([batch.size, batch.length], batch.ids),
    positions: positionFeed(batch.size, batch.length),
    mask: causalMaskFeed(batch.length),
    ...scoredFeeds(batch),
  };
}

/** Token feeds of a packed batch. */
export function packedFeeds(batch: PackedBatch): Record<string, Tensor> {
  const { size, length, ids } = batch;
  return {
    ids: int32([ids.length], ids),
    positions: { dtype: 'int64', shape: [ids.length], data: BigInt64Array.from(batch.positions, BigInt) },
    places: int32([size, length], batch.places),
    place_positions: positionFeed(size, length),
    back: int32([ids.length], batch.back),
    other: int32([ids.length], batch.other),
    shared: float32([ids.length, 1], batch.shared),
    owned: float32([size, length], batch.owned),
    mask: causalMaskFeed(length),
    ...scoredFeeds(batch),
  };
}
