/** The frame of every training graph: token inputs, statistics of the scored positions, a loss, and the gradient of everything that is trained. */

import type { PaddedBatch } from '../data/batches.ts';
import { gradients } from '../engine/autodiff/gradient.ts';
import { GraphBuilder } from '../engine/graph/builder.ts';
import type { Graph, Tensor, Value } from '../engine/graph/value.ts';
import { type TokenStatistics, tokenStatistics } from '../engine/losses/logp.ts';
import type { Weights } from '../engine/models/architecture.ts';
import { type LanguageModel, trainable, weightInputs } from '../engine/models/language-model.ts';
import { causalMaskFeed, positionFeed } from '../engine/runtime/batch-feeds.ts';
import { int32 } from '../engine/runtime/session.ts';

/** Name of the output that holds a weight's gradient. */
export const gradientName = (weight: string): string => `d:${weight}`;

/** What an objective is built from: the hidden states of the scored positions [M, hidden] (prompts and padding cost nothing after them). */
export interface ObjectiveInput {
  readonly hidden: Value;
  readonly weights: Weights;
}

/** `objective` returns the scalar loss and adds its own outputs. Outputs here: loss and, unless `forwardOnly`, one gradient for each trained tensor. */
export function buildObjectiveGraph(
  model: LanguageModel,
  maxPositions: number,
  objective: (g: GraphBuilder, input: ObjectiveInput) => Value,
  forwardOnly = false,
): Graph {
  const g = new GraphBuilder('train_step');
  const { architecture, config } = model;
  const { specs } = trainable(model);
  const weights = weightInputs(g, model);
  const ids = g.input('ids', 'int32', ['B', 'T']);
  const positions = g.input('positions', 'int64', ['B', 'T']);
  const mask = g.input('mask', 'float32', ['T', 'T']);
  const rows = g.input('rows', 'int32', ['M']);
  const { hidden } = architecture.decode(g, config, weights, { ids, positions, mask, maxPositions });
  const loss = objective(g, { hidden: g.gather(hidden, rows), weights });
  g.output('loss', loss);
  if (!forwardOnly) {
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
  forwardOnly = false,
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
  return buildObjectiveGraph(model, maxPositions, objective, forwardOnly);
}

/** Token feeds of a padded batch. */
export function batchFeeds(batch: PaddedBatch): Record<string, Tensor> {
  return {
    ids: int32([batch.size, batch.length], batch.ids),
    positions: positionFeed(batch.size, batch.length),
    mask: causalMaskFeed(batch.length),
    rows: int32([batch.rows.length], batch.rows),
    labels: int32([batch.labels.length], batch.labels),
  };
}
