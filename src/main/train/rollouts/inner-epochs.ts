/** The inner loop of PPO and RLOO: several passes of minibatch updates over the answers of one step. */
import { createRandom } from '../../base/random.ts';
import { mean, sum } from '../../base/statistics.ts';
import type { TokenRow } from '../../data/batches.ts';
import { shapeOf } from '../diagnostics/answers.ts';
import { distanceFromOptimum } from '../diagnostics/implicit-reward.ts';
import { withinPromptCorrelation } from '../diagnostics/length-bias.ts';
import { defined } from '../diagnostics/options.ts';
import { Diverged } from '../diverged.ts';
import type { TrainControl } from '../method.ts';
import { meanOfSums } from './advantages.ts';
import type { RolloutOptions } from './options.ts';
import type { PolicyMinibatch, PolicyUpdateReport } from './policy-pass.ts';
import { samplingMismatch } from './quantised-sampling.ts';
import { freshAnswer, type Rollout } from './rollout.ts';
import { tokenShares } from './token-shares.ts';

/** One optimiser step, as the result document lists it. */
export interface Update extends PolicyUpdateReport {
  readonly epoch: number;
  readonly miniBatch: number;
  readonly valueLoss: number;
  readonly valueClipfrac: number;
  readonly gradNorm: number;
}

export interface InnerEpochs {
  readonly updates: readonly Update[];
  readonly skipped: number;
  readonly stoppedEarly: boolean;
}

/** Row numbers of each minibatch; a fresh permutation every epoch, file order when shuffle is off. */
export function miniBatches(rows: number, step: number, epoch: number, options: RolloutOptions): number[][] {
  const count = Math.min(rows, options.num_mini_batches);
  const identity = Array.from({ length: rows }, (_, i) => i);
  const random = createRandom(`${options.seed}:minibatches:${step}:${epoch}`);
  const order = options.shuffle ? random.shuffle(identity) : identity;
  // sizes differ by at most one, so that no answer is left out
  return Array.from({ length: count }, (_, i) =>
    order.slice(Math.floor((i * rows) / count), Math.floor(((i + 1) * rows) / count)),
  );
}

/** What a policy learns from, by answer. */
export interface PolicyRows {
  readonly rows: readonly TokenRow[];
  readonly logprobs: readonly Float64Array[];
  readonly refLogprobs: readonly Float64Array[];
  readonly advantages: readonly Float64Array[];
}

/** The answers of a minibatch, each token with its share of the loss. */
export function policyMinibatch(
  batch: readonly number[],
  { rows, logprobs, refLogprobs, advantages }: PolicyRows,
  aggregation: string,
  maxLength: number,
): PolicyMinibatch {
  const of = <T>(all: readonly T[]) => batch.map((i) => all[i]);
  const lengths = batch.map((i) => logprobs[i].length);
  return {
    rows: of(rows),
    oldLogprobs: of(logprobs),
    advantages: of(advantages),
    refLogprobs: of(refLogprobs),
    shares: tokenShares(aggregation, lengths, maxLength),
  };
}

/** `update` leaves gradients in the optimiser and reports; `take` steps it and returns the norm, `drop` forgets the gradients. */
export async function runInnerEpochs(
  rows: number,
  step: number,
  options: RolloutOptions,
  control: TrainControl,
  parts: {
    update(batch: readonly number[]): Promise<PolicyUpdateReport & { valueLoss: number; valueClipfrac: number }>;
    take(): number;
    drop(): void;
  },
): Promise<InnerEpochs> {
  const updates: Update[] = [];
  let skipped = 0;
  for (let epoch = 0; epoch < options.num_ppo_epochs; epoch++) {
    const ofEpoch: Update[] = [];
    for (const [miniBatch, batch] of miniBatches(rows, step, epoch, options).entries()) {
      await control.breathe();
      const report = await parts.update(batch);
      if (Number.isNaN(report.ratio)) throw new Diverged('the ratio of new to old probabilities is NaN');
      if (report.ratio > options.ratio_threshold) {
        parts.drop();
        skipped++;
        control.emit({
          type: 'log',
          level: 'warning',
          text: `step ${step + 1}: a minibatch was skipped, its mean ratio is ${report.ratio.toFixed(1)} (ratio_threshold ${options.ratio_threshold})`,
        });
        continue;
      }
      ofEpoch.push({ ...report, epoch, miniBatch, gradNorm: parts.take() });
    }
    updates.push(...ofEpoch);
    const limit = options.target_kl === null ? Number.POSITIVE_INFINITY : 1.5 * options.target_kl;
    if (mean(ofEpoch.map((u) => u.approxkl)) > limit) return { updates, skipped, stoppedEarly: true };
  }
  return { updates, skipped, stoppedEarly: false };
}

/** Steps (one batch of answers each) that a config asks for. */
export function stepsOf(options: RolloutOptions, stepsPerEpoch: number): number {
  if (options.max_steps > 0) return options.max_steps;
  const answers = options.per_device_train_batch_size * options.gradient_accumulation_steps;
  if (options.total_episodes !== undefined) return Math.ceil(options.total_episodes / answers);
  return Math.ceil(options.num_train_epochs * stepsPerEpoch);
}

/** What was sampled in a step; `kl` and `logprobs` by answer and token. */
export interface Collected {
  readonly rollouts: readonly Rollout[];
  readonly logprobs: readonly Float64Array[];
  readonly kl: readonly Float64Array[];
  readonly scores: readonly number[];
  readonly klCoefficient: number;
  /** ln π_ref of the same tokens, and answers to one prompt, which stand side by side. */
  readonly refLogprobs: readonly Float64Array[];
  readonly perPrompt: number;
}

/** TRL's metrics of the answers of a step: sums over an answer's tokens, means over answers. */
export function rolloutMetrics(collected: Collected): Record<string, number> {
  const { rollouts, logprobs, kl, scores, klCoefficient } = collected;
  const meanKl = meanOfSums(kl);
  const ends = rollouts.filter(({ containsEos }) => containsEos).length;
  return {
    'objective/kl': meanKl,
    'objective/entropy': -meanOfSums(logprobs),
    'objective/non_score_reward': -klCoefficient * meanKl,
    'objective/rlhf_reward': mean(scores) - klCoefficient * meanKl,
    'objective/scores': mean(scores),
    'objective/kl_coef': klCoefficient,
    'val/num_eos_tokens': ends,
    'val/truncated': rollouts.length - ends,
    'tokens/responses_len_mean': mean(logprobs.map((row) => row.length)),
    ...samplingMismatch(rollouts),
    ...shapeOf(rollouts.map(freshAnswer)),
    ...(collected.perPrompt > 1 ? withinPrompts(collected) : {}),
  };
}

/** What several answers to one prompt tell, whatever the prompt is worth. */
function withinPrompts({ rollouts, logprobs, refLogprobs, scores, klCoefficient, perPrompt }: Collected) {
  const lengths = rollouts.map(({ responseIds }) => responseIds.length);
  const ratios = logprobs.map((row, i) => sum(row) - sum(refLogprobs[i]));
  return defined({
    'length/within_prompt': withinPromptCorrelation({ scores, lengths }, perPrompt),
    'agreement/optimum_distance': distanceFromOptimum(scores, ratios, klCoefficient, perPrompt),
  });
}

/** TRL's metrics of an update phase: plain means over its optimiser steps. */
export function updateMetrics({ updates, skipped, stoppedEarly }: InnerEpochs): Record<string, number> {
  const of = (pick: (update: Update) => number) => mean(updates.map(pick));
  return {
    'policy/approxkl_avg': of((u) => u.approxkl),
    'policy/clipfrac_avg': of((u) => u.clipfrac),
    'policy/entropy_avg': of((u) => u.entropy),
    'loss/policy_avg': of((u) => u.policyLoss),
    'val/ratio': of((u) => u.ratio),
    'val/ratio_var': of((u) => u.ratioVariance),
    'ppo/skipped': skipped,
    'ppo/stopped_early': stoppedEarly ? 1 : 0,
    grad_norm: of((u) => u.gradNorm),
  };
}

/** The same updates under the names of the result document. */
export const updateRecord = (u: Update): Record<string, number> => ({
  epoch: u.epoch,
  mini_batch: u.miniBatch,
  policy_loss: u.policyLoss,
  value_loss: u.valueLoss,
  grad_norm: u.gradNorm,
  clipfrac: u.clipfrac,
  value_clipfrac: u.valueClipfrac,
  approxkl: u.approxkl,
  entropy: u.entropy,
  ratio: u.ratio,
});
