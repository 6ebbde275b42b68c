/** Scores sequences with a model that has a score head: one reward a sequence, or a value at every position. */
import { GraphBuilder } from '../engine/graph/builder.ts';
import type { Tensor } from '../engine/graph/value.ts';
import { type LanguageModel, weightConstants, weightFeeds, weightInputs } from '../engine/models/language-model.ts';
import { scorePosition, scoreRows } from '../engine/models/score-head.ts';
import { causalMaskFeed, positionFeed } from '../engine/runtime/batch-feeds.ts';
import { int32, Session } from '../engine/runtime/session.ts';
import { passGroups, type ScorerOptions } from './scoring.ts';

export interface RewardScorer {
  /** The score of each sequence, read at its last token that is not padding (config.json's pad_token_id). */
  scores(sequences: readonly (readonly number[])[]): Promise<Float64Array>;
  /** The score head's output at every position of each sequence. */
  values(sequences: readonly (readonly number[])[]): Promise<Float64Array[]>;
  close(): Promise<void>;
}

export interface RewardScorerOptions extends ScorerOptions {
  /** Tokens that the last scored position must not hold; config.json's pad_token_id unless named. */
  readonly padId?: number | null;
}

export async function createRewardScorer(model: LanguageModel, options: RewardScorerOptions): Promise<RewardScorer> {
  if (model.head !== 'score') throw new Error(`${model.architecture.title}: it has no score head`);
  const session = await Session.create(buildRewardScoring(model, options), { owner: model.weights, ...options });
  const weights: Record<string, Tensor> = options.weights === 'live' ? weightFeeds(model) : {};
  const padId = options.padId === undefined ? model.config.padId : options.padId;

  const values = async (sequences: readonly (readonly number[])[]) => {
    const found: Float64Array[] = [];
    for (const group of passGroups(sequences, options)) {
      const length = Math.max(...group.map((s) => s.length));
      const ids = new Int32Array(group.length * length);
      group.forEach((sequence, row) => {
        ids.set(sequence, row * length);
      });
      const { scores } = await session.run({
        ...weights,
        ids: int32([group.length, length], ids),
        positions: positionFeed(group.length, length),
        mask: causalMaskFeed(length),
      });
      const all = scores.data as Float32Array;
      group.forEach((sequence, row) => {
        found.push(Float64Array.from(all.subarray(row * length, row * length + sequence.length)));
      });
    }
    return found;
  };

  return {
    values,
    async scores(sequences) {
      const found = await values(sequences);
      return Float64Array.from(sequences, (ids, i) => found[i][scorePosition(ids, padId)]);
    },
    close: () => session.close(),
  };
}

function buildRewardScoring(model: LanguageModel, options: ScorerOptions) {
  const g = new GraphBuilder('reward_scoring');
  const { architecture, config } = model;
  const weights = options.weights === 'live' ? weightInputs(g, model) : weightConstants(g, model);
  const ids = g.input('ids', 'int32', ['B', 'T']);
  const positions = g.input('positions', 'int64', ['B', 'T']);
  const mask = g.input('mask', 'float32', ['T', 'T']);
  const { maxPositions } = options;
  const { hidden } = architecture.decode(g, config, weights, { ids, positions, mask, maxPositions });
  g.output('scores', scoreRows(g, config, weights, hidden));
  return g.build();
}
