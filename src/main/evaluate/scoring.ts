/** Scores token sequences with a model: next-token log-probabilities, last logits, completion sums. */
import { GraphBuilder } from '../engine/graph/builder.ts';
import type { Tensor } from '../engine/graph/value.ts';
import { temperedStatistics } from '../engine/losses/logp.ts';
import { type LanguageModel, weightConstants, weightFeeds, weightInputs } from '../engine/models/language-model.ts';
import { causalMaskFeed, positionFeed } from '../engine/runtime/batch-feeds.ts';
import { int32, Session, type SessionOptions } from '../engine/runtime/session.ts';

export interface ScorerOptions extends SessionOptions {
  readonly maxPositions: number;
  /** live: reads the model's arrays at every call, so that a model in training is scored as it is now. */
  readonly weights: 'frozen' | 'live';
  /** Tokens (padding included) per forward pass; bounds the memory of the logits. */
  readonly tokensPerPass?: number;
  /** Logits are divided by it before `score` takes log-probabilities; 1 unless named. */
  readonly temperature?: number;
}

/** For each sequence the log-probability of every token after the first, in nats. */
export interface Scorer {
  score(sequences: readonly (readonly number[])[]): Promise<Float64Array[]>;
  /** Logits after the last token of each sequence. */
  lastLogits(sequences: readonly (readonly number[])[]): Promise<Float32Array[]>;
  close(): Promise<void>;
}

export async function createScorer(model: LanguageModel, options: ScorerOptions): Promise<Scorer> {
  const session = await Session.create(buildScoring(model, options), { owner: model.weights, ...options });
  const weights: Record<string, Tensor> = options.weights === 'live' ? weightFeeds(model) : {};
  const { vocabulary } = model.config;

  const pass = async (group: readonly (readonly number[])[]) => {
    const length = Math.max(...group.map((s) => s.length));
    const ids = new Int32Array(group.length * length);
    const rows: number[] = [];
    const labels: number[] = [];
    const last: number[] = [];
    group.forEach((sequence, row) => {
      ids.set(sequence, row * length);
      for (let i = 0; i + 1 < sequence.length; i++) {
        rows.push(row * length + i);
        labels.push(sequence[i + 1]);
      }
      last.push(row * length + sequence.length - 1);
    });
    // at least one row, so that no tensor is empty; its result is not used
    if (rows.length === 0) {
      rows.push(0);
      labels.push(0);
    }
    return session.run({
      ...weights,
      ids: int32([group.length, length], ids),
      positions: positionFeed(group.length, length),
      mask: causalMaskFeed(length),
      rows: int32([rows.length], Int32Array.from(rows)),
      labels: int32([labels.length], Int32Array.from(labels)),
      last: int32([last.length], Int32Array.from(last)),
    });
  };

  const each = async <T>(
    sequences: readonly (readonly number[])[],
    take: (found: Record<string, Tensor>, group: readonly (readonly number[])[]) => T[],
  ) => {
    const results: T[] = [];
    for (const group of passGroups(sequences, options)) results.push(...take(await pass(group), group));
    return results;
  };

  return {
    score: (sequences) =>
      each(sequences, ({ logp }, group) => {
        let at = 0;
        return group.map((sequence) => {
          const count = Math.max(0, sequence.length - 1);
          at += count;
          return Float64Array.from((logp.data as Float32Array).subarray(at - count, at));
        });
      }),
    lastLogits: (sequences) =>
      each(sequences, ({ last_logits }, group) =>
        group.map((_, i) => (last_logits.data as Float32Array).slice(i * vocabulary, (i + 1) * vocabulary)),
      ),
    close: () => session.close(),
  };
}

/** Consecutive sequences whose padded size stays within the budget; at least one a group. Throws where one is empty or longer than the model was opened for. */
export function* passGroups(
  sequences: readonly (readonly number[])[],
  { tokensPerPass: budget = 4096, maxPositions }: Pick<ScorerOptions, 'tokensPerPass' | 'maxPositions'>,
): Generator<readonly (readonly number[])[]> {
  let from = 0;
  let longest = 0;
  for (let i = 0; i < sequences.length; i++) {
    if (sequences[i].length === 0) throw new Error(`sequence ${i} is empty: a model needs at least one token`);
    if (sequences[i].length > maxPositions)
      throw new RangeError(
        `sequence ${i} has ${sequences[i].length} tokens; this model was opened for ${maxPositions} positions`,
      );
    const length = Math.max(longest, sequences[i].length);
    if (i > from && length * (i - from + 1) > budget) {
      yield sequences.slice(from, i);
      from = i;
      longest = sequences[i].length;
    } else longest = length;
  }
  if (from < sequences.length) yield sequences.slice(from);
}

function buildScoring(model: LanguageModel, options: ScorerOptions) {
  const g = new GraphBuilder('scoring');
  const { architecture, config } = model;
  const weights = options.weights === 'live' ? weightInputs(g, model) : weightConstants(g, model);
  const ids = g.input('ids', 'int32', ['B', 'T']);
  const positions = g.input('positions', 'int64', ['B', 'T']);
  const mask = g.input('mask', 'float32', ['T', 'T']);
  const rows = g.input('rows', 'int32', ['M']);
  const labels = g.input('labels', 'int32', ['M']);
  const last = g.input('last', 'int32', ['L']);
  const { hidden } = architecture.decode(g, config, weights, {
    ids,
    positions,
    mask,
    maxPositions: options.maxPositions,
  });
  const logits = architecture.head(g, config, weights, g.gather(hidden, rows));
  g.output('logp', temperedStatistics(g, logits, labels, options.temperature ?? 1).logp);
  g.output('last_logits', architecture.head(g, config, weights, g.gather(hidden, last)));
  return g.build();
}
