/** Answers of a model to a built-in task's prompts, with their gold reward. */
import { createRandom } from '../base/random.ts';
import { sum } from '../base/statistics.ts';
import { promptIds } from '../data/batches.ts';
import type { Tokenizer } from '../data/tokenizers/tokenizer.ts';
import { Decoder } from '../engine/generation/decoder.ts';
import { generate } from '../engine/generation/generate.ts';
import type { LanguageModel } from '../engine/models/language-model.ts';
import { SEPARATOR, type Task } from '../tasks/task.ts';

export interface Answerer {
  readonly model: LanguageModel;
  readonly tokenizer: Tokenizer;
  readonly eosIds: readonly number[];
}

export interface TaskAnswer {
  readonly prompt: string;
  readonly promptIds: readonly number[];
  readonly ids: readonly number[];
  /** Σ ln π over `ids`, at the sampling temperature, in nats. */
  readonly logp: number;
  /** As decoded, separator included. */
  readonly completion: string;
  readonly tokens: number;
  readonly ended: boolean;
  readonly gold: number;
  readonly onGrammar: boolean;
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

/** Limit of an answer in tokens: 1 a word for the built-in models, more for a tokenizer that cuts the world's words. */
export function answerLimit(task: Task, tokenizer: Tokenizer): number {
  const words = task.words();
  const tokens = tokenizer.encode(words.map((word) => SEPARATOR + word).join(''), { addSpecialTokens: false }).ids
    .length;
  return Math.ceil(task.maxCompletionTokens * Math.max(1, tokens / words.length));
}

/** One answer per prompt, in their order; the stream of each prompt depends on its place and the seed alone. */
export async function answerTask(
  task: Task,
  { model, tokenizer, eosIds }: Answerer,
  prompts: readonly string[],
  options: SampleOptions,
): Promise<TaskAnswer[]> {
  const ids = prompts.map((prompt) => promptIds(tokenizer, prompt));
  const maxNewTokens = answerLimit(task, tokenizer);
  const maxPositions = Math.max(...ids.map((row) => row.length)) + maxNewTokens;
  const decoder = await Decoder.create(model, { weights: 'frozen', maxPositions, threads: options.threads });
  const random = createRandom(options.seed);
  const size = options.batchSize ?? 64;
  const answers: TaskAnswer[] = [];
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
        const prompt = prompts[at + i];
        const text = tokenizer.decode(completion.ids, { skipSpecialTokens: true });
        const ended = completion.finishReason === 'eos';
        answers.push({
          prompt,
          promptIds: group[i],
          ids: completion.ids,
          logp: sum(completion.logps),
          completion: text,
          tokens: completion.ids.length,
          ended,
          gold: task.gold(prompt, text.trim(), { ended }),
          onGrammar: task.onGrammar(prompt, text.trim(), { ended }),
        });
      });
      options.onProgress?.(answers.length, ids.length);
    }
    return answers;
  } finally {
    await decoder.close();
  }
}
