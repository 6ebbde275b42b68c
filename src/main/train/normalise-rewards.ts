/** Scores of a reference's own answers brought to mean 0 and standard deviation 1 (Ziegler et al., 1909.08593, §2.1): rewards of one scale whatever the model. */
import { createRandom } from '../base/random.ts';
import { mean, standardDeviation } from '../base/statistics.ts';
import { Decoder } from '../engine/generation/decoder.ts';
import { generate } from '../engine/generation/generate.ts';
import type { LanguageModel } from '../engine/models/language-model.ts';
import { standardiseScores } from '../engine/models/score-head.ts';
import { createRewardScorer } from '../evaluate/reward-scoring.ts';
import type { CommonOptions } from './config.ts';
import { ConfigError } from './config.ts';
import type { LoadedModel } from './load-model.ts';
import type { TrainControl } from './method.ts';
import { promptTokens } from './samples.ts';

type Options = CommonOptions & { readonly normalize_samples: number };

/** `generator` answers prompts of the dataset, one answer each; the mean and spread of their scores are taken out of `model`. */
export async function normalisedRewards(
  model: LanguageModel,
  generator: LoadedModel,
  padId: number | null,
  options: Options,
  control: TrainControl,
): Promise<LanguageModel> {
  const prompts = await promptTokens(
    control.resolvePath(options.dataset),
    options.normalize_samples,
    generator.tokenizer,
  );
  if (prompts.length < 2) throw new ConfigError('normalize_rewards needs at least two prompts in the dataset');
  const sequences = await answered(generator, prompts, options, control.threads);
  const maxPositions = Math.max(...sequences.map((ids) => ids.length));
  const scorer = await createRewardScorer(model, { weights: 'live', maxPositions, padId, threads: control.threads });
  try {
    const scores = await scorer.scores(sequences);
    const [centre, spread] = [mean(scores), standardDeviation(scores)];
    const text = `scores of ${scores.length} answers of the reference: mean ${centre.toFixed(4)}, standard deviation ${spread.toFixed(4)}; now 0 and 1`;
    const normalised = standardiseScores(model, centre, spread);
    control.emit({ type: 'log', level: 'info', text });
    return normalised;
  } finally {
    await scorer.close();
  }
}

async function answered(
  { model, eosIds }: LoadedModel,
  prompts: readonly (readonly number[])[],
  options: Options,
  threads: number | undefined,
): Promise<number[][]> {
  const maxPositions = Math.max(...prompts.map((ids) => ids.length)) + options.sample_max_new_tokens;
  const decoder = await Decoder.create(model, { weights: 'live', maxPositions, threads });
  try {
    const answers = await generate(decoder, prompts, {
      maxNewTokens: options.sample_max_new_tokens,
      greedy: options.sample_temperature === 0,
      temperature: options.sample_temperature || 1,
      eosIds,
      random: createRandom(`${options.seed}:normalise`),
    });
    return answers.map(({ ids }, i) => [...prompts[i], ...ids]);
  } finally {
    await decoder.close();
  }
}
