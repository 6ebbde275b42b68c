/** The reference's log-probabilities of preference pairs: none, computed once, or computed as training goes (a reference that moves). */
import { type PairTokens, scoredTokens } from '../data/batches.ts';
import { type LanguageModel, weightFeeds } from '../engine/models/language-model.ts';
import { Session } from '../engine/runtime/session.ts';
import { type PairLogps, packPairs, pairLogps } from './pair-graph.ts';
import type { PairOptions } from './pair-options.ts';
import { buildStepGraph, packedFeeds } from './step-graph.ts';

export interface PairReference {
  logps(pairs: readonly PairTokens[]): Promise<readonly PairLogps[]>;
  close(): Promise<void>;
}

interface ReferenceOptions {
  readonly options: PairOptions;
  readonly maxPositions: number;
  readonly threads?: number;
}

/** Every answer is equally likely: log-ratios are the policy's log-probabilities. */
export const noReference: PairReference = {
  logps: async (pairs) =>
    pairs.map(({ chosen, rejected }) => ({
      chosen: 0,
      rejected: 0,
      tokens: { chosen: new Float32Array(scoredTokens(chosen)), rejected: new Float32Array(scoredTokens(rejected)) },
    })),
  close: async () => undefined,
};

/** Scores pairs in packed batches: the head is computed at the positions that count, a prompt once for both answers. */
async function pairScorer(model: LanguageModel, { options, maxPositions, threads }: ReferenceOptions) {
  const graph = buildStepGraph(model, maxPositions, (g) => g.scalar(0), { packed: true, forwardOnly: true });
  const session = await Session.create(graph, { threads, owner: model.weights });
  const feeds = weightFeeds(model);
  const scoreBatch = async (pairs: readonly PairTokens[]): Promise<PairLogps[]> => {
    const batch = packPairs(pairs);
    const { logp } = await session.run({ ...feeds, ...packedFeeds(batch) });
    const row = (r: number) => logp.data.subarray(batch.offsets[r], batch.offsets[r + 1]) as Float32Array;
    return pairs.map((pair, i) => pairLogps(pair, row(i), row(pairs.length + i), options));
  };
  return {
    async score(pairs: readonly PairTokens[]): Promise<PairLogps[]> {
      const found: PairLogps[] = [];
      for (const group of passGroups(pairs)) found.push(...(await scoreBatch(group)));
      return found;
    },
    close: () => session.close(),
  };
}

/** Tokens of one pass, padding of the rows included: bounds the memory of the logits. */
const TOKENS_PER_PASS = 2048;

function* passGroups(pairs: readonly PairTokens[]): Generator<readonly PairTokens[]> {
  let from = 0;
  let longest = 0;
  for (const [i, { chosen, rejected }] of pairs.entries()) {
    const length = Math.max(longest, chosen.ids.length, rejected.ids.length);
    if (i > from && 2 * length * (i - from + 1) > TOKENS_PER_PASS) {
      yield pairs.slice(from, i);
      from = i;
      longest = Math.max(chosen.ids.length, rejected.ids.length);
    } else longest = length;
  }
  if (from < pairs.length) yield pairs.slice(from);
}

/** Scores all pairs now, once; the model may train afterwards. */
export async function storedReference(
  model: LanguageModel,
  pairs: readonly PairTokens[],
  options: ReferenceOptions,
): Promise<PairReference> {
  const scorer = await pairScorer(model, options);
  try {
    const logps = await scorer.score(pairs);
    const table = new Map(pairs.map((pair, i) => [pair, logps[i]]));
    const stored = (pair: PairTokens): PairLogps => {
      const found = table.get(pair);
      if (!found) throw new Error('a pair that the reference has not scored');
      return found;
    };
    return { logps: async (batch) => batch.map(stored), close: async () => undefined };
  } finally {
    await scorer.close();
  }
}

/** Scores pairs whenever asked, with the model's weights as they are then. */
export async function liveReference(model: LanguageModel, options: ReferenceOptions): Promise<PairReference> {
  const scorer = await pairScorer(model, options);
  return { logps: (pairs) => scorer.score(pairs), close: () => scorer.close() };
}
