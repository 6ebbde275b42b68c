/** Answers of the policy as it is now, scored: the rollouts of one step. */
import { createRandom } from '../../base/random.ts';
import { Decoder } from '../../engine/generation/decoder.ts';
import { generate } from '../../engine/generation/generate.ts';
import type { LoadedModel } from '../load-model.ts';
import { timed } from '../step-times.ts';
import type { Prompt } from './prompts.ts';
import type { RewardSource } from './rewards.ts';
import type { Rollout } from './rollout.ts';

export interface SamplingOptions {
  readonly temperature: number;
  readonly maxNewTokens: number;
  readonly maxPositions: number;
  /** Prompts answered together. */
  readonly batchSize: number;
  readonly threads?: number;
}

export interface RolloutSampler {
  /** One answer to each prompt; the stream of random numbers follows from `seed` alone. */
  sample(prompts: readonly Prompt[], seed: string, step: number): Promise<Rollout[]>;
  close(): Promise<void>;
}

/** Samples from `loaded.model`, whose weights are read as they are at each call. */
export async function createRolloutSampler(
  loaded: LoadedModel,
  reward: RewardSource,
  options: SamplingOptions,
): Promise<RolloutSampler> {
  const { model, tokenizer, eosIds } = loaded;
  const { maxPositions, threads, maxNewTokens, temperature, batchSize } = options;
  const decoder = await Decoder.create(model, { weights: 'live', maxPositions, threads });
  return {
    async sample(prompts, seed, step) {
      const completions = await timed('sampling', () =>
        generate(
          decoder,
          prompts.map(({ ids }) => ids),
          { maxNewTokens, temperature, greedy: temperature === 0, eosIds, random: createRandom(seed), batchSize },
        ),
      );
      const answers = completions.map((completion, i) => ({
        prompt: prompts[i].text,
        completion: tokenizer.decode(completion.ids, { skipSpecialTokens: true }),
        queryIds: prompts[i].ids,
        responseIds: completion.endId === null ? completion.ids : [...completion.ids, completion.endId],
        ended: completion.endId !== null,
      }));
      const scores = await timed('annotator', () => reward.score(answers));
      return answers.map((answer, i) => ({
        step,
        prompt: answer.prompt,
        queryIds: answer.queryIds,
        responseIds: answer.responseIds,
        containsEos: answer.ended,
        score: scores[i],
        sampledLogprobs: completions[i].logps,
      }));
    },
    close: () => decoder.close(),
  };
}
