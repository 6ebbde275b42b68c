/** Generation: prompts in, completions with per-token log-probabilities out. */
import type { Random } from '../../base/random.ts';
import type { Decoder } from './decoder.ts';
import { argmax, draw, logSumExp, processLogits, type SamplingOptions } from './sampling.ts';

export interface GenerateOptions extends SamplingOptions {
  readonly maxNewTokens: number;
  /** argmax after repetition and n-gram rules instead of a draw. */
  readonly greedy?: boolean;
  readonly eosIds: readonly number[];
  /** End-of-sequence tokens are ordinary tokens. */
  readonly ignoreEos?: boolean;
  /** Text so far of one row → the place where a stop string begins, or −1. Checked after every token. */
  readonly findStop?: (ids: readonly number[]) => number;
  readonly random: Random;
  /** Rows decoded together. */
  readonly batchSize?: number;
  /** Called after each token of each row, with the plain model's logits it was drawn from: the next step may overwrite them. */
  readonly onToken?: (row: number, id: number, logp: number, logits: Float32Array) => void;
  /** Called before each step of a batch: lets others have their turn. */
  readonly breathe?: () => Promise<void>;
  readonly signal?: AbortSignal;
}

export interface Completion {
  /** Without the end-of-sequence token that ended it. */
  readonly ids: number[];
  /** ln p of each token of `ids` (and of the end token, as the last entry, when one was drawn) under the plain model, temperature 1. */
  readonly logps: number[];
  readonly finishReason: 'eos' | 'stop' | 'length';
  /** The end token that was drawn, if any. */
  readonly endId: number | null;
}

/** Completions in the order of the prompts. Each row draws from a stream of its own, so batching changes nothing. */
export async function generate(
  decoder: Decoder,
  prompts: readonly (readonly number[])[],
  options: GenerateOptions,
): Promise<Completion[]> {
  const size = options.batchSize ?? 16;
  const results: Completion[] = [];
  for (let at = 0; at < prompts.length; at += size)
    results.push(...(await generateBatch(decoder, prompts.slice(at, at + size), options, at)));
  return results;
}

interface Row {
  readonly prefix: number[];
  readonly promptLength: number;
  readonly random: Random;
  readonly completion: {
    ids: number[];
    logps: number[];
    finishReason: Completion['finishReason'];
    endId: number | null;
  };
  done: boolean;
}

async function generateBatch(
  decoder: Decoder,
  prompts: readonly (readonly number[])[],
  options: GenerateOptions,
  offset: number,
) {
  const longest = Math.max(...prompts.map((p) => p.length)) + options.maxNewTokens;
  if (longest > decoder.options.maxPositions)
    throw new RangeError(
      `prompt and completion need ${longest} positions; this model was opened for ${decoder.options.maxPositions}`,
    );
  const rows = prompts.map(
    (prompt, i): Row => ({
      prefix: [...prompt],
      promptLength: prompt.length,
      random: options.random.fork(`row ${offset + i}`),
      completion: { ids: [], logps: [], finishReason: 'length', endId: null },
      done: options.maxNewTokens === 0,
    }),
  );
  if (rows.every((row) => row.done)) return rows.map((row) => row.completion);
  const batch = await decoder.start(prompts);
  for (let step = 0; step < options.maxNewTokens; step++) {
    await options.breathe?.();
    options.signal?.throwIfAborted();
    const vocabulary = decoder.model.config.vocabulary;
    const tokens = rows.map((row, i) => {
      if (row.done) return 0;
      return takeToken(row, offset + i, batch.logits.subarray(i * vocabulary, (i + 1) * vocabulary), options);
    });
    if (rows.every((row) => row.done) || step === options.maxNewTokens - 1) break;
    await batch.advance(tokens);
  }
  return rows.map((row) => row.completion);
}

/** Picks the next token of a row, records it, and says whether the row ends. */
function takeToken(row: Row, index: number, logits: Float32Array, options: GenerateOptions): number {
  const id = pick(row, logits, options);
  const logp = logits[id] - logSumExp(logits);
  const { completion } = row;
  completion.logps.push(logp);
  options.onToken?.(index, id, logp, logits);
  if (!options.ignoreEos && options.eosIds.includes(id)) {
    completion.finishReason = 'eos';
    completion.endId = id;
    row.done = true;
    return id;
  }
  completion.ids.push(id);
  row.prefix.push(id);
  if (options.findStop && options.findStop(completion.ids) >= 0) {
    completion.finishReason = 'stop';
    row.done = true;
  }
  return id;
}

function pick(row: Row, logits: Float32Array, options: GenerateOptions): number {
  const { temperature, topK, topP, minP, typicalP, ...rules } = options;
  const plain = !rules.repetitionPenalty && !rules.noRepeatNgramSize && !rules.minNewTokens;
  if (options.greedy && plain) return argmax(logits);
  const processed = processLogits(
    logits,
    options.greedy ? rules : { ...rules, temperature, topK, topP, minP, typicalP },
    { prefix: row.prefix, promptLength: row.promptLength, eosIds: options.ignoreEos ? [] : options.eosIds },
  );
  return options.greedy ? argmax(processed) : draw(processed, row.random.uniform());
}
