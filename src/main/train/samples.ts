/** Samples shown while a run trains: the same prompts answered by the model as it is now. */
import { createRandom } from '../base/random.ts';
import { promptIds } from '../data/batches.ts';
import type { TextOrChat } from '../data/examples.ts';
import { readRecords } from '../data/records.ts';
import { Decoder } from '../engine/generation/decoder.ts';
import { generate } from '../engine/generation/generate.ts';
import type { CommonOptions } from './config.ts';
import type { LoadedModel } from './load-model.ts';
import type { TrainControl, TrainSample } from './method.ts';

export interface Sampler {
  sample(step: number): Promise<readonly TrainSample[]>;
  close(): Promise<void>;
}

/** Prompts come from the evaluation rows, else from the training rows; undefined when none are wanted or none have prompts. */
export async function createSampler(
  loaded: LoadedModel,
  options: CommonOptions,
  control: TrainControl,
): Promise<Sampler | undefined> {
  if (options.sample_prompts === 0) return undefined;
  const prompts = await firstPrompts(
    control.resolvePath(options.eval_dataset ?? options.dataset),
    options.sample_prompts,
  );
  const ids = prompts.map((prompt) => promptIds(loaded.tokenizer, prompt)).filter((row) => row.length > 0);
  if (ids.length === 0) return undefined;
  const maxPositions = Math.max(...ids.map((row) => row.length)) + options.sample_max_new_tokens;
  const decoder = await Decoder.create(loaded.model, { weights: 'live', maxPositions, threads: control.threads });
  return {
    async sample(step) {
      const found = await generate(decoder, ids, {
        maxNewTokens: options.sample_max_new_tokens,
        greedy: options.sample_temperature === 0,
        temperature: options.sample_temperature || 1,
        eosIds: loaded.eosIds,
        random: createRandom(`${options.seed}:samples:${step}`),
      });
      return found.map((completion, promptIndex) => ({
        promptIndex,
        prompt: loaded.tokenizer.decode(ids[promptIndex], { skipSpecialTokens: true }),
        completion: loaded.tokenizer.decode(completion.ids, { skipSpecialTokens: true }),
        tokens: completion.ids.length,
        reward: null,
        finishReason: completion.finishReason,
      }));
    },
    close: () => decoder.close(),
  };
}

async function firstPrompts(path: string, count: number): Promise<TextOrChat[]> {
  const prompts: TextOrChat[] = [];
  for await (const { value } of readRecords(path)) {
    if (typeof value.prompt === 'string' || Array.isArray(value.prompt)) prompts.push(value.prompt as TextOrChat);
    if (prompts.length === count) break;
  }
  return prompts;
}
