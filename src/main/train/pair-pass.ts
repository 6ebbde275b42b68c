/** Forward and backward passes over preference pairs: one session for whatever objective, shared by offline and online DPO. */
import type { PairTokens } from '../data/batches.ts';
import type { Tensor } from '../engine/graph/value.ts';
import { type LanguageModel, weightFeeds } from '../engine/models/language-model.ts';
import { Session } from '../engine/runtime/session.ts';
import { buildPairLoss, type PairLogps, packPairs, pairFeeds, pairMetrics } from './pair-graph.ts';
import type { PairObjective } from './pair-options.ts';
import type { PairReference } from './reference.ts';
import { RunningMeans } from './running-means.ts';
import { buildStepGraph } from './step-graph.ts';
import { timed } from './step-times.ts';

export interface PairResult {
  /** Outputs of the graph, the gradients among them. */
  readonly found: Record<string, Tensor>;
  readonly references: readonly PairLogps[];
  readonly metrics: Record<string, number>;
  /** Σ weight · loss. */
  readonly loss: number;
  readonly tokens: number;
}

export interface PairPass {
  /** What the losses remember between batches; part of a checkpoint. */
  readonly running: RunningMeans;
  /**
   * One micro-batch; `weights` says how much each pair counts in the step. Held-out batches do not move running means. Gradients are written into
   * the arrays of `into` (`Optimiser.gradientArrays`), or into fresh ones.
   */
  run(
    pairs: readonly PairTokens[],
    weights: readonly number[],
    training: boolean,
    into?: Readonly<Record<string, Float32Array>>,
  ): Promise<PairResult>;
  close(): Promise<void>;
}

export async function createPairPass(
  model: LanguageModel,
  objective: PairObjective,
  reference: PairReference,
  { maxPositions, threads, recompute }: { maxPositions: number; threads?: number; recompute: boolean },
): Promise<PairPass> {
  const running = new RunningMeans();
  const graph = buildStepGraph(model, maxPositions, (g, tokens) => buildPairLoss(g, tokens, objective, running), {
    packed: true,
    recompute,
  });
  const session = await Session.create(graph, { threads, owner: model.weights });
  const feeds = weightFeeds(model);
  const { options } = objective;
  return {
    running,
    async run(pairs, weights, training, into) {
      const batch = packPairs(pairs);
      const references = await timed('reference', () => reference.logps(pairs));
      const found = await session.run(
        {
          ...feeds,
          ...pairFeeds(pairs, batch, references, options, weights),
          ...running.feeds(training),
        },
        into,
      );
      if (training) running.update(found);
      const metrics = pairMetrics(found, batch, references, options.beta, weights);
      return { found, references, metrics, loss: Number(found.loss.data[0]), tokens: batch.tokens };
    },
    close: () => session.close(),
  };
}
