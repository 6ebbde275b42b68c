/** Answers drawn from quantised weights while the float32 ones are trained: which model draws, and how far the two are apart. */
import { mean } from '../../base/statistics.ts';
import type { LanguageModel } from '../../engine/models/language-model.ts';
import { generationForm, quantisedBytes, quantiseModel } from '../../engine/models/quantise-model.ts';
import type { Scorer } from '../../evaluate/scoring.ts';
import { ConfigError } from '../config.ts';
import { answerLogprobs } from './answer-logprobs.ts';
import type { SamplingMethodOptions } from './options.ts';
import type { Rollout } from './rollout.ts';

type Bits = SamplingMethodOptions['generation_weight_bits'];

/** Throws ConfigError where nothing is frozen. */
function checkFrozen(policy: LanguageModel, bits: Bits): void {
  if (!policy.adapter)
    throw new ConfigError(
      `generation_weight_bits ${bits} quantises weights that are frozen, and here all are trained; set use_peft, or leave it at 32`,
    );
}

/** The policy with its frozen matrices as codes; the adapter's arrays stay those in training. */
export function samplingModel(policy: LanguageModel, bits: Exclude<Bits, 32>): LanguageModel {
  checkFrozen(policy, bits);
  return quantiseModel(policy, generationForm(bits));
}

/** What it holds besides the policy: the codes, and once more as the runtime multiplies with them. */
export function samplingBytes(policy: LanguageModel, bits: Bits): number {
  if (bits === 32) return 0;
  checkFrozen(policy, bits);
  return 2 * quantisedBytes(policy, generationForm(bits));
}

/** Answers as the training weights see them: what they were drawn with stands beside. `exact` scores at temperature 1. */
export async function rescored(rollouts: readonly Rollout[], exact: Scorer): Promise<Rollout[]> {
  const logprobs = await answerLogprobs(exact, rollouts);
  return rollouts.map((rollout, i) => ({
    ...rollout,
    sampledLogprobs: [...logprobs[i]],
    generationLogprobs: rollout.sampledLogprobs,
  }));
}

/** TRL's metrics of its vLLM sampling: |Δ ln π| of drawn tokens between the weights in training and those that drew, at temperature 1. */
export function samplingMismatch(rollouts: readonly Rollout[]): Record<string, number> {
  const differences = rollouts.flatMap(({ sampledLogprobs, generationLogprobs }) =>
    (generationLogprobs ?? []).map((drawn, i) => Math.abs(sampledLogprobs[i] - drawn)),
  );
  if (differences.length === 0) return {};
  return {
    'sampling/sampling_logp_difference/mean': mean(differences),
    'sampling/sampling_logp_difference/max': differences.reduce((most, each) => Math.max(most, each), 0),
  };
}
