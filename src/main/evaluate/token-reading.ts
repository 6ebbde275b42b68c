/** Reads a text token by token by teacher forcing: log-probabilities under a model and its reference, KL between them, and what stood to choose instead. */
import type { TokenRow } from '../data/batches.ts';
import { logSumExp } from '../engine/generation/sampling.ts';
import { GraphBuilder } from '../engine/graph/builder.ts';
import { tokenStatistics } from '../engine/losses/logp.ts';
import { type LanguageModel, weightConstants } from '../engine/models/language-model.ts';
import { causalMaskFeed, positionFeed } from '../engine/runtime/batch-feeds.ts';
import { int32, Session, type SessionOptions } from '../engine/runtime/session.ts';
import { likeliest } from './likeliest.ts';

export interface ReaderOptions extends SessionOptions {
  readonly maxPositions: number;
}

/** Predictions of the tokens of a sequence from position `from` (at least 1) up to, not including, `to`. */
export interface PredictionReader {
  readonly vocabulary: number;
  /** `logp` of each of those tokens, in nats, and the logits [to − from, vocabulary] they come from. */
  read(ids: readonly number[], from: number, to: number): Promise<{ logp: Float32Array; logits: Float32Array }>;
  close(): Promise<void>;
}

/** The same graph as a scorer's up to the logits, which it gives out as well. */
export async function openPredictionReader(model: LanguageModel, options: ReaderOptions): Promise<PredictionReader> {
  const session = await Session.create(buildReading(model, options), { owner: model.weights, ...options });
  return {
    vocabulary: model.config.vocabulary,
    async read(ids, from, to) {
      const count = to - from;
      const found = await session.run({
        ids: int32([1, ids.length], Int32Array.from(ids)),
        positions: positionFeed(1, ids.length),
        mask: causalMaskFeed(ids.length),
        rows: int32(
          [count],
          Int32Array.from({ length: count }, (_, i) => from + i - 1),
        ),
        labels: int32([count], Int32Array.from(ids.slice(from, to))),
      });
      return { logp: found.logp.data as Float32Array, logits: found.logits.data as Float32Array };
    },
    close: () => session.close(),
  };
}

function buildReading(model: LanguageModel, { maxPositions }: ReaderOptions) {
  const g = new GraphBuilder('reading');
  const { architecture, config } = model;
  const weights = weightConstants(g, model);
  const ids = g.input('ids', 'int32', ['B', 'T']);
  const positions = g.input('positions', 'int64', ['B', 'T']);
  const mask = g.input('mask', 'float32', ['T', 'T']);
  const rows = g.input('rows', 'int32', ['M']);
  const labels = g.input('labels', 'int32', ['M']);
  const { hidden } = architecture.decode(g, config, weights, { ids, positions, mask, maxPositions });
  const logits = architecture.head(g, config, weights, g.gather(hidden, rows));
  g.output('logp', tokenStatistics(g, logits, labels).logp);
  g.output('logits', logits);
  return g.build();
}

/** Natural logarithms; what needs a reference is null without one. */
export interface Alternative {
  readonly id: number;
  readonly logp: number;
  readonly refLogp: number | null;
}

export interface TokenReading extends Alternative {
  /** KL(π‖π_ref) of the whole next-token distribution at this place, nats. */
  readonly kl: number | null;
  /** The model's likeliest tokens here, likeliest first. */
  readonly top: readonly Alternative[];
}

export interface ReadingOptions {
  /** Alternatives a token. */
  readonly top: number;
  readonly signal?: AbortSignal;
  breathe?(): Promise<void>;
}

/** Logits that may be held at once, of one model: 128 MB. */
const MOST_LOGITS = 2 ** 25;

/** The tokens of a row from its `start` on (position 0 never: nothing predicts it). `reference` reads the same token ids, or is null; the model itself may be given. */
export async function readTokens(
  policy: PredictionReader,
  reference: PredictionReader | null,
  { ids, start }: TokenRow,
  options: ReadingOptions,
): Promise<TokenReading[]> {
  const size = Math.max(1, Math.floor(MOST_LOGITS / policy.vocabulary));
  const readings: TokenReading[] = [];
  for (let from = Math.max(1, start); from < ids.length; from += size) {
    await options.breathe?.();
    options.signal?.throwIfAborted();
    const to = Math.min(ids.length, from + size);
    const own = await policy.read(ids, from, to);
    const other = reference === policy ? own : await reference?.read(ids, from, to);
    for (let i = 0; i < to - from; i++) {
      const row = rowOf(own.logits, i, policy.vocabulary);
      const refRow = other && rowOf(other.logits, i, policy.vocabulary);
      readings.push(readingOf(ids[from + i], own.logp[i], row, other?.logp[i] ?? null, refRow, options.top));
    }
  }
  return readings;
}

const rowOf = (logits: Float32Array, i: number, size: number) => logits.subarray(i * size, (i + 1) * size);

function readingOf(
  id: number,
  logp: number,
  row: Float32Array,
  refLogp: number | null,
  refRow: Float32Array | undefined,
  top: number,
): TokenReading {
  const total = logSumExp(row);
  const refTotal = refRow ? logSumExp(refRow) : 0;
  return {
    id,
    logp,
    refLogp,
    kl: refRow ? klOf(row, total, refRow, refTotal) : null,
    top: likeliest(row, top).map((each) => ({
      id: each,
      logp: row[each] - total,
      refLogp: refRow ? refRow[each] - refTotal : null,
    })),
  };
}

/** Σ p (ln p − ln q) over the vocabulary, float64; never below 0, which rounding could make of two equal rows. */
function klOf(row: Float32Array, total: number, other: Float32Array, otherTotal: number): number {
  let kl = 0;
  for (let i = 0; i < row.length; i++) {
    const logp = row[i] - total;
    // a token of no probability adds nothing, whatever the reference says
    if (logp > -700) kl += Math.exp(logp) * (logp - (other[i] - otherTotal));
  }
  return Math.max(0, kl);
}
