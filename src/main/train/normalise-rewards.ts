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

export interface Normaliser {
  /** The same model with its scores standardised; unchanged, with a warning, when all answers score alike. */
  normalise(model: LanguageModel): Promise<LanguageModel>;
}

/** Answers prompts of the dataset with `generator`, one answer each. Throws ConfigError, before anything is trained, when there are too few. */
export async function createNormaliser(
  generator: LoadedModel,
  padId: number | null,
  options: Options,
  control: TrainControl,
): Promise<Normaliser> {
  const path = control.resolvePath(options.dataset);
  const prompts = await promptTokens(path, options.normalize_samples, generator.tokenizer);
  if (prompts.length < 2)
    throw new ConfigError(`normalize_rewards needs at least two different prompts, the dataset has ${prompts.length}`);
  const sequences = await answered(generator, prompts, options, control.threads);
  const maxPositions = Math.max(...sequences.map((ids) => ids.length));
  const scoring = { weights: 'live', maxPositions, padId, threads: control.threads } as const;
  return {
    async normalise(model) {
      const scorer = await createRewardScorer(model, scoring);
      try {
        const scores = await scorer.scores(sequences);
        const [centre, spread] = [mean(scores), standardDeviation(scores)];
        const usable = Number.isFinite(centre) && Number.isFinite(spread) && spread > 0;
        const found = `scores of ${scores.length} answers of the reference: mean ${centre.toFixed(4)}, standard deviation ${spread.toFixed(4)}`;
        control.emit(
          usable
            ? { type: 'log', level: 'info', text: `${found}; now 0 and 1` }
            : {
                type: 'log',
                level: 'warning',
                text: `${found}; such scores cannot be normalised and stay as they are`,
              },
        );
        return usable ? standardiseScores(model, centre, spread) : model;
      } finally {
        await scorer.close();
      }
    },
  };
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
