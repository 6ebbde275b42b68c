/** Samples shown while a run trains: the same prompts answered by the model as it is now. */
import { createRandom } from '../base/random.ts';
import { promptIds } from '../data/batches.ts';
import { chatVariables, promptExample } from '../data/examples.ts';
import type { Tokenizer } from '../data/tokenizers/tokenizer.ts';
import { isDropped, trainingRecords } from '../data/training-records.ts';
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
  const path = control.resolvePath(options.eval_dataset ?? options.dataset);
  const ids = await promptTokens(path, options.sample_prompts, loaded.tokenizer);
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

/** Ids of the first `count` different prompts of a file of any kind; rows without a prompt are passed over. */
export async function promptTokens(path: string, count: number, tokenizer: Tokenizer): Promise<number[][]> {
  const seen = new Set<string>();
  const prompts: number[][] = [];
  for await (const record of trainingRecords(path, { lenient: true })) {
    if (isDropped(record)) continue;
    const { prompt, chosen } = record.value;
    if (prompt === undefined && chosen === undefined) continue;
    const ids = promptIds(tokenizer, promptExample(path, record), chatVariables(path, record));
    const key = ids.join();
    if (ids.length === 0 || seen.has(key)) continue;
    seen.add(key);
    prompts.push(ids);
    if (prompts.length === count) break;
  }
  return prompts;
}
