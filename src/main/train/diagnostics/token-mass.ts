/** The mean distribution of the next token over fixed places: held against an earlier one it shows which tokens gain the mass. */
import { padBatch, type TokenRow } from '../../data/batches.ts';
import { type LanguageModel, weightFeeds } from '../../engine/models/language-model.ts';
import { Session } from '../../engine/runtime/session.ts';
import { batchFeeds, buildObjectiveGraph } from '../step-graph.ts';

/** Places of each answer that are looked at: where answers part. */
const PLACES = 8;

export interface TokenMass {
  /** Mean probability of each token of the vocabulary, as the model is now. */
  read(): Promise<Float32Array>;
  close(): Promise<void>;
}

/** Looks at the first places of these answers. */
export async function openTokenMass(
  model: LanguageModel,
  answers: readonly TokenRow[],
  { padId, threads }: { padId: number; threads?: number },
): Promise<TokenMass> {
  const rows = answers.map(({ ids, start }) => ({ ids: ids.slice(0, Math.max(1, start) + PLACES), start }));
  const padded = padBatch(rows, padId);
  const { architecture, config } = model;
  const graph = buildObjectiveGraph(
    model,
    padded.length,
    (g, { hidden, weights }) => {
      const mean = g.reduceMean(g.softmax(architecture.head(g, config, weights, hidden)), [0]);
      g.output('mean', mean);
      return g.reduceSum(mean);
    },
    { forwardOnly: true },
  );
  const session = await Session.create(graph, { threads });
  const feeds = batchFeeds(padded);
  const { labels: _labels, ...places } = feeds;
  return {
    read: async () =>
      Float32Array.from((await session.run({ ...weightFeeds(model), ...places })).mean.data as Float32Array),
    close: () => session.close(),
  };
}
