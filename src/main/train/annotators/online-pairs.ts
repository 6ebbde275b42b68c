/** The pairs of each step: sampled from the policy when due, labelled, and kept with their provenance. One knob leads from online to offline. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createRandom } from '../../base/random.ts';
import { DatasetError } from '../../data/records.ts';
import type { LanguageModel } from '../../engine/models/language-model.ts';
import type { Experience } from '../rollouts/experience.ts';
import { rowOf } from '../rollouts/policy-pass.ts';
import type { Rollout } from '../rollouts/rollout.ts';
import {
  forgetPairsFrom,
  keepPairs,
  PAIRS_FILE,
  policyHash,
  readSampledPairs,
  type SampledPair,
  sameAnswer,
} from '../rollouts/sampled-pair.ts';
import { timed } from '../step-times.ts';
import { untilStopped } from '../until-stopped.ts';
import type { Annotator, AnswerPair } from './annotator.ts';
import { type LabelOptions, labelOf } from './label.ts';
import type { OnlineOptions } from './options.ts';

export interface OnlinePairs {
  /** Pairs that the 0-based step learns from. */
  ofStep(step: number): Promise<readonly SampledPair[]>;
}

export const labelOptions = (options: OnlineOptions): LabelOptions => ({
  labelling: options.labelling,
  tieBand: options.tie_band,
  flip: options.label_flip,
});

/** First of the steps that are sampled together with `step`, and how many they are. */
export function samplingInterval(step: number, resampleEvery: number, maxSteps: number): { from: number; to: number } {
  if (resampleEvery === 0) return { from: 0, to: maxSteps };
  const from = Math.floor(step / resampleEvery) * resampleEvery;
  return { from, to: Math.min(maxSteps, from + resampleEvery) };
}

export interface OnlineSource {
  readonly world: Experience;
  readonly annotator: Annotator;
  readonly policy: LanguageModel;
  readonly options: OnlineOptions;
  readonly outputDir: string;
  readonly maxSteps: number;
  readonly stopRequested: () => boolean;
}

/** Samples and labels as the run goes; a resume in the middle of an interval reads what the interval's policy had sampled. */
export function createOnlinePairs({
  world,
  annotator,
  policy,
  options,
  outputDir,
  maxSteps,
  stopRequested,
}: OnlineSource): OnlinePairs {
  const ready = new Map<number, readonly SampledPair[]>();

  const sampleStep = async (step: number, policyStep: number, hash: string): Promise<SampledPair[]> => {
    const answers = await world.collect(step);
    const pairs = pairsOf(answers, options.num_generations, annotator);
    const preferences = await timed('annotator', () => untilStopped(annotator.prefer(pairs, step), stopRequested));
    const random = createRandom(`${options.seed}:labels:${step}`);
    const labels = labelOptions(options);
    const drawn = labels.labelling === 'bernoulli' && annotator.saysTie;
    return pairs.map((pair, i) => {
      const { probability } = preferences[i];
      const label = labelOf(
        probability,
        drawn && probability === 0.5 ? { ...labels, labelling: 'threshold' } : labels,
        random,
      );
      return {
        step,
        policyStep,
        policyHash: hash,
        temperature: options.temperature,
        annotator: annotator.title,
        ...pair,
        ...preferences[i],
        label: sameAnswer(pair) ? 'identical' : label,
      };
    });
  };

  return {
    async ofStep(step) {
      const { from, to } = samplingInterval(step, options.resample_every, maxSteps);
      if (!ready.has(step) && step > from) await restore(ready, outputDir, step, policy.config.vocabulary);
      if (!ready.has(step)) {
        const hash = policyHash(policy);
        forgetPairsFrom(outputDir, step);
        for (let s = step; s < to; s++) {
          const pairs = await sampleStep(s, step, hash);
          keepPairs(outputDir, pairs);
          ready.set(s, pairs);
        }
      }
      const pairs = ready.get(step) ?? [];
      ready.delete(step);
      return pairs;
    },
  };
}

async function restore(
  ready: Map<number, readonly SampledPair[]>,
  outputDir: string,
  step: number,
  vocabulary: number,
): Promise<void> {
  const path = join(outputDir, PAIRS_FILE);
  if (!existsSync(path)) return;
  for (const [s, pairs] of await readSampledPairs(path, vocabulary)) if (s >= step) ready.set(s, pairs);
}

/** One pair for each prompt: both answers, or of more the best-scored one and the worst. */
function pairsOf(answers: readonly Rollout[], k: number, annotator: Annotator): AnswerPair[] {
  return Array.from({ length: answers.length / k }, (_, i) => {
    const group = answers.slice(i * k, (i + 1) * k);
    if (k === 2 || !annotator.scores) return { first: group[0], second: group[1] };
    const byScore = [...group].sort((a, b) => b.score - a.score);
    return { first: byScore[0], second: byScore[k - 1] };
  });
}

/** Recorded pairs instead of sampled ones: a replay. Throws DatasetError when the file holds none. */
export async function recordedPairs(
  path: string,
  vocabulary: number,
): Promise<OnlinePairs & { readonly steps: number; readonly longest: number }> {
  const steps = await readSampledPairs(path, vocabulary);
  if (steps.size === 0) throw new DatasetError(`${path}: it holds no sampled pair`);
  const numbers = [...steps.keys()].sort((a, b) => a - b);
  const rows = [...steps.values()].flat().flatMap(({ first, second }) => [rowOf(first), rowOf(second)]);
  return {
    steps: numbers.length,
    longest: Math.max(...rows.map(({ ids }) => ids.length)),
    ofStep: async (step) => steps.get(numbers[step % numbers.length]) ?? [],
  };
}
