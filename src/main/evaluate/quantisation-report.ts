/** What quantising a model's weights changes: the log-probability of every token of some texts, and how far whole distributions move. */
import { GraphBuilder } from '../engine/graph/builder.ts';
import type { LanguageModel } from '../engine/models/language-model.ts';
import { weightConstants } from '../engine/models/language-model.ts';
import { causalMaskFeed, positionFeed } from '../engine/runtime/batch-feeds.ts';
import { int32, Session } from '../engine/runtime/session.ts';

/** A few kinds of text, for models of any kind. */
export const BUILT_IN_TEXTS: readonly string[] = [
  'The old lighthouse stood at the end of the pier, and every evening its keeper climbed the stairs to light the lamp.',
  'Question: What is the capital of France?\nAnswer: The capital of France is Paris, a city on the river Seine.',
  'To make a simple soup, cut two onions, three carrots and a potato, cook them in a litre of water, and add salt.',
  'function add(a, b) {\n  return a + b;\n}\nconsole.log(add(2, 3)); // 5',
  'In 2019 the company sold 1,204 machines, 12% more than the year before, at a mean price of $350.',
];

/** Over all predicted tokens, in nats. */
export interface QuantisationReport {
  readonly texts: number;
  readonly tokens: number;
  /** Mean of |Δ ln p|, its largest value, and the mean of Δ ln p (below 0: the texts became less likely). */
  readonly mean_abs_logp_change: number;
  readonly largest_abs_logp_change: number;
  readonly mean_logp_change: number;
  /** KL(float32 ‖ quantised) per token: mean and largest. */
  readonly mean_kl: number;
  readonly largest_kl: number;
  /** Share of tokens whose likeliest token is the same. */
  readonly same_likeliest: number;
}

/** Tokens of a text that are looked at. */
const MOST_TOKENS = 256;

interface Logits {
  of(ids: readonly number[]): Promise<Float32Array>;
  close(): Promise<void>;
}

/** Logits of every position, [T, vocabulary]. */
async function openLogits(model: LanguageModel, maxPositions: number, threads?: number): Promise<Logits> {
  const g = new GraphBuilder('logits');
  const { architecture, config } = model;
  const weights = weightConstants(g, model);
  const { hidden } = architecture.decode(g, config, weights, {
    ids: g.input('ids', 'int32', ['B', 'T']),
    positions: g.input('positions', 'int64', ['B', 'T']),
    mask: g.input('mask', 'float32', ['T', 'T']),
    maxPositions,
  });
  g.output('logits', architecture.head(g, config, weights, hidden));
  const session = await Session.create(g.build(), { threads, owner: model.weights });
  return {
    async of(ids) {
      const length = ids.length;
      const feeds = {
        ids: int32([1, length], Int32Array.from(ids)),
        positions: positionFeed(1, length),
        mask: causalMaskFeed(length),
      };
      return (await session.run(feeds)).logits.data as Float32Array;
    },
    close: () => session.close(),
  };
}

/** ln of the normaliser, and the place of the largest. */
function summary(logits: Float32Array): { normaliser: number; likeliest: number } {
  let likeliest = 0;
  for (let i = 1; i < logits.length; i++) if (logits[i] > logits[likeliest]) likeliest = i;
  let total = 0;
  for (let i = 0; i < logits.length; i++) total += Math.exp(logits[i] - logits[likeliest]);
  return { normaliser: logits[likeliest] + Math.log(total), likeliest };
}

interface Change {
  readonly logp: number;
  readonly kl: number;
  readonly same: boolean;
}

/** One position: `next` is the token that follows. */
function changeAt(exact: Float32Array, found: Float32Array, next: number): Change {
  const [a, b] = [summary(exact), summary(found)];
  let kl = 0;
  for (let i = 0; i < exact.length; i++) {
    const logp = exact[i] - a.normaliser;
    kl += Math.exp(logp) * (logp - (found[i] - b.normaliser));
  }
  return {
    logp: found[next] - b.normaliser - (exact[next] - a.normaliser),
    kl: Math.max(0, kl),
    same: a.likeliest === b.likeliest,
  };
}

/** Token ids of texts, each cut to what is looked at; those of fewer than two tokens say nothing. */
const lookedAt = (sequences: readonly (readonly number[])[]) =>
  sequences.map((ids) => ids.slice(0, MOST_TOKENS)).filter(({ length }) => length > 1);

/** What a model predicts for some texts: what `quantisationReport` holds another form of the model against. */
export interface Predictions {
  readonly sequences: readonly (readonly number[])[];
  /** [T, vocabulary] for each. */
  readonly logits: readonly Float32Array[];
}

export async function predict(
  model: LanguageModel,
  sequences: readonly (readonly number[])[],
  threads?: number,
): Promise<Predictions> {
  const looked = lookedAt(sequences);
  if (looked.length === 0) throw new Error('no text has two tokens: nothing is predicted');
  const source = await openLogits(model, Math.max(...looked.map(({ length }) => length)), threads);
  try {
    const logits: Float32Array[] = [];
    for (const ids of looked) logits.push(await source.of(ids));
    return { sequences: looked, logits };
  } finally {
    await source.close();
  }
}

/** How far the quantised model's predictions are from those of the model as it was. */
export async function quantisationReport(
  exact: Predictions,
  quantised: LanguageModel,
  threads?: number,
): Promise<QuantisationReport> {
  const { vocabulary } = quantised.config;
  const found = await predict(quantised, exact.sequences, threads);
  const changes = exact.sequences.flatMap((ids, text) =>
    ids.slice(1).map((next, at) => {
      const row = (logits: Float32Array) => logits.subarray(at * vocabulary, (at + 1) * vocabulary);
      return changeAt(row(exact.logits[text]), row(found.logits[text]), next);
    }),
  );
  return reportOf(changes, exact.sequences.length);
}

function reportOf(changes: readonly Change[], texts: number): QuantisationReport {
  const mean = (of: (change: Change) => number) => changes.reduce((sum, each) => sum + of(each), 0) / changes.length;
  const most = (of: (change: Change) => number) => changes.reduce((largest, each) => Math.max(largest, of(each)), 0);
  return {
    texts,
    tokens: changes.length,
    mean_abs_logp_change: mean(({ logp }) => Math.abs(logp)),
    largest_abs_logp_change: most(({ logp }) => Math.abs(logp)),
    mean_logp_change: mean(({ logp }) => logp),
    mean_kl: mean(({ kl }) => kl),
    largest_kl: most(({ kl }) => kl),
    same_likeliest: mean(({ same }) => Number(same)),
  };
}
