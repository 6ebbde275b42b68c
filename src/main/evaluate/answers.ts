/** Answers of a model to prompts, sampled in batches, with the tokens they are made of. */
import { createRandom } from '../base/random.ts';
import { mean, sum } from '../base/statistics.ts';
import { promptIds } from '../data/batches.ts';
import type { TextOrChat } from '../data/examples.ts';
import type { Tokenizer } from '../data/tokenizers/tokenizer.ts';
import { Decoder } from '../engine/generation/decoder.ts';
import { generate } from '../engine/generation/generate.ts';
import type { LanguageModel } from '../engine/models/language-model.ts';
import { createScorer } from './scoring.ts';

export interface Answerer {
  readonly model: LanguageModel;
  readonly tokenizer: Tokenizer;
  readonly eosIds: readonly number[];
}

/** Every id stands for the same token in both. */
export function sameTokens(one: Omit<Answerer, 'eosIds'>, other: Omit<Answerer, 'eosIds'>): boolean {
  if (one.model.config.vocabulary !== other.model.config.vocabulary) return false;
  const size = one.tokenizer.vocabularySize;
  if (size !== other.tokenizer.vocabularySize) return false;
  for (let id = 0; id < size; id++) if (one.tokenizer.tokenOf(id) !== other.tokenizer.tokenOf(id)) return false;
  return true;
}

export interface Answer {
  readonly promptIds: readonly number[];
  /** End token included when one was drawn. */
  readonly ids: readonly number[];
  /** As decoded, without special tokens. */
  readonly completion: string;
  /** End token not counted. */
  readonly tokens: number;
  readonly ended: boolean;
}

export interface SampleOptions {
  readonly temperature: number;
  readonly seed: number | string;
  readonly threads?: number;
  /** Prompts answered together. */
  readonly batchSize?: number;
  onProgress?(done: number, total: number): void;
  breathe?(): Promise<void>;
}

/** One answer a prompt, in their order; the stream of each prompt depends on its place and the seed alone. */
export async function answerPrompts(
  { model, tokenizer, eosIds }: Answerer,
  prompts: readonly TextOrChat[],
  maxNewTokens: number,
  options: SampleOptions,
): Promise<Answer[]> {
  const ids = prompts.map((prompt) => promptIds(tokenizer, prompt));
  const maxPositions = Math.max(1, ...ids.map((row) => row.length)) + maxNewTokens;
  const decoder = await Decoder.create(model, { weights: 'frozen', maxPositions, threads: options.threads });
  const random = createRandom(options.seed);
  const size = options.batchSize ?? 64;
  const answers: Answer[] = [];
  try {
    for (let at = 0; at < ids.length; at += size) {
      await options.breathe?.();
      const group = ids.slice(at, at + size);
      const found = await generate(decoder, group, {
        maxNewTokens,
        temperature: options.temperature,
        eosIds,
        random: random.fork(`from ${at}`),
        batchSize: size,
      });
      found.forEach((completion, i) => {
        answers.push({
          promptIds: group[i],
          ids: completion.endId === null ? completion.ids : [...completion.ids, completion.endId],
          completion: tokenizer.decode(completion.ids, { skipSpecialTokens: true }),
          tokens: completion.ids.length,
          ended: completion.finishReason === 'eos',
        });
      });
      options.onProgress?.(answers.length, ids.length);
    }
    return answers;
  } finally {
    await decoder.close();
  }
}

/**
 * KL(π‖π_ref) of whole answers in nats: the mean of ln π − ln π_ref over the policy's own samples (k1), both at the temperature of sampling.
 * The two must read the same token ids.
 */
export async function klToReference(
  policy: LanguageModel,
  reference: LanguageModel,
  answers: readonly Answer[],
  options: { readonly temperature: number; readonly threads?: number },
): Promise<number> {
  const rows = answers.map(({ promptIds: prompt, ids }) => ({ ids: [...prompt, ...ids], start: prompt.length }));
  const maxPositions = Math.max(1, ...rows.map((row) => row.ids.length));
  const sums = async (model: LanguageModel): Promise<number[]> => {
    const scorer = await createScorer(model, { weights: 'frozen', maxPositions, ...options });
    try {
      const logps = await scorer.score(rows.map((row) => row.ids));
      return logps.map((row, i) => sum(row, rows[i].start - 1));
    } finally {
      await scorer.close();
    }
  };
  const own = await sums(policy);
  const other = await sums(reference);
  return mean(own.map((value, i) => value - other[i]));
}
