/** Policy gradients without a critic: RLOO (Ahmadian et al., 2402.14740), REINFORCE with a running mean, group-normalised (GRPO, 2402.03300). */
import { z } from 'zod';
import { mean, sum } from '../../base/statistics.ts';
import { trainable } from '../../engine/models/language-model.ts';
import { ConfigError, parseConfig } from '../config.ts';
import type { Method } from '../method.ts';
import { Optimiser, optimiserOptions } from '../optimiser.ts';
import { planRun, sampledRows } from '../plan-run.ts';
import { openPolicy } from '../policy.ts';
import { againstRunningMean, groupNormalised, leaveOneOut, normaliseBatch } from '../rollouts/baselines.ts';
import { answersShape, openExperience } from '../rollouts/experience.ts';
import { policyMinibatch, runInnerEpochs } from '../rollouts/inner-epochs.ts';
import { klPerToken } from '../rollouts/kl.ts';
import { rolloutOptions } from '../rollouts/options.ts';
import { klCoefficientAfter, policyStepReport, runPolicyLoop } from '../rollouts/policy-loop.ts';
import { createPolicyPass, rowOf } from '../rollouts/policy-pass.ts';
import { createReplay } from '../rollouts/replay.ts';
import { type Moments, NO_MOMENTS } from '../rollouts/running-moments.ts';
import { learntScores } from '../rollouts/scores.ts';

const params = z.object({
  ...rolloutOptions,
  num_ppo_epochs: rolloutOptions.num_ppo_epochs.default(1),
  num_generations: z.int().min(1).default(4).meta({
    title: 'Answers a prompt',
    description: 'Answers to one prompt are each other’s baseline.',
    group: 'Sampling',
    common: true,
  }),
  advantage_estimator: z.enum(['rloo', 'reinforce', 'group']).default('rloo').meta({
    title: 'Baseline',
    description:
      'rloo: mean of the other answers. group: normalised within the prompt (GRPO). reinforce: a running mean.',
    group: 'Objective',
    common: true,
  }),
  scale_rewards: z.enum(['group', 'batch', 'none']).default('group').meta({
    title: 'Divide by',
    description: 'Whose standard deviation group-normalised scores are divided by; none is Dr. GRPO.',
    group: 'Objective',
  }),
  normalize_advantages: z.boolean().default(false).meta({
    title: 'Normalise advantages',
    description: 'Mean 0 and standard deviation 1 over the step.',
    group: 'Objective',
  }),
  baseline_decay: z.number().min(0).lt(1).default(0.95).meta({
    title: 'Baseline decay',
    description: 'Of the running mean that reinforce holds scores against.',
    group: 'Objective',
  }),
  kl_in_loss: z.boolean().default(false).meta({
    title: 'KL in the loss',
    description: 'k3 is added to the loss (GRPO) instead of being taken from the score.',
    group: 'Objective',
  }),
});

type Options = z.output<typeof params>;

const remembered = z.object({
  klCoefficient: z.number(),
  moments: z.object({ mean: z.number(), variance: z.number(), count: z.number() }),
  baseline: z.number().nullable(),
});

/** One advantage an answer; answers to one prompt stand side by side. */
function advantagesOf(rewards: readonly number[], baseline: number | null, options: Options) {
  const k = options.num_generations;
  const groups = Array.from({ length: rewards.length / k }, (_, i) => rewards.slice(i * k, (i + 1) * k));
  const running = againstRunningMean(rewards, baseline, options.baseline_decay);
  const grouped = {
    rloo: () => leaveOneOut(groups),
    group: () => groupNormalised(groups, options.scale_rewards),
    reinforce: () => [running.advantages],
  }[options.advantage_estimator]();
  const whole = options.normalize_advantages ? normaliseBatch(grouped) : grouped;
  return { advantages: whole.flat(), baseline: running.baseline };
}

export const rloo: Method = {
  id: 'rloo',
  title: 'RLOO',
  summary: 'PPO without a critic: several answers to a prompt, each held against the others.',
  mark: 'ppo',
  formula: 'A_i = r_i − mean of r_j, j ≠ i',
  cost: 3.1,
  goodFor: 'The same as PPO with half the memory and fewer knobs.',
  watch: 'Groups whose answers all score the same teach nothing.',
  papers: [
    { title: 'Back to Basics: REINFORCE-style optimization', url: 'https://arxiv.org/abs/2402.14740' },
    { title: 'DeepSeekMath (GRPO)', url: 'https://arxiv.org/abs/2402.03300' },
  ],
  data: ['prompts', 'preference', 'demonstrations'],
  params,
  pass: {
    head: 'language',
    sequencesPerRow: 1,
    packed: false,
    modelsBeside: 1,
    samples: true,
    reference: 'live',
    updates: 'policy',
  },

  async train(config, outputDir, control) {
    const options = parseConfig(params, config);
    if (options.advantage_estimator !== 'reinforce' && options.num_generations < 2)
      throw new ConfigError(
        `${options.advantage_estimator} needs num_generations of 2 or more; reinforce works with 1`,
      );
    const policy = openPolicy(options, control);
    const world = await openExperience(
      policy,
      options,
      outputDir,
      control,
      answersShape(options, options.num_generations),
    );
    const optimiser = new Optimiser(trainable(policy.model), optimiserOptions(options));
    const policyPass = await createPolicyPass(policy.model, {
      maxPositions: world.maxPositions,
      rowsPerPass: options.per_device_train_batch_size,
      padId: policy.model.config.padId ?? policy.tokenizer.padId ?? 0,
      threads: control.threads,
      recompute: planRun(policy.model, rloo.pass, options, sampledRows(rloo.pass, world, options), control),
      temperature: options.temperature,
      clip: { low: options.cliprange, high: options.cliprange_high ?? options.cliprange },
      klInLoss: options.kl_in_loss ? options.kl_coef : 0,
    });

    let klCoefficient = options.kl_coef;
    let moments: Moments = NO_MOMENTS;
    let baseline: number | null = null;
    const replay = createReplay(world.replay);
    const { loss_aggregation } = options;

    const trainStep = async (step: number, learningRate: number) => {
      // 1. rollout: k answers to each prompt, and their scores
      const rollouts = await world.collect(step);
      const scored = learntScores(rollouts, moments, options);
      moments = scored.moments;

      // 2. KL of each answer to the reference, summed over its tokens and taken from its score
      const rows = rollouts.map(rowOf);
      const logprobs = await world.logprobs(rollouts);
      const refLogprobs = await world.refLogprobs(rollouts);
      const kl = klPerToken(options.kl_estimator, logprobs, refLogprobs);
      const weight = options.kl_in_loss ? 0 : klCoefficient;
      const rewards = scored.scores.map((score, i) => score - weight * sum(kl[i]));

      // 3. advantages: one an answer, the same for all its tokens
      const found = advantagesOf(rewards, baseline, options);
      baseline = found.baseline;
      const advantages = logprobs.map((row, i) => new Float64Array(row.length).fill(found.advantages[i]));

      // 4. clipped updates of the policy
      const inner = await runInnerEpochs(rollouts.length, step, options, control, {
        async update(batch) {
          const answers = { rows, logprobs, refLogprobs, advantages };
          const report = await policyPass.backward(
            policyMinibatch(batch, answers, loss_aggregation, world.maxNewTokens),
            optimiser,
          );
          return { ...report, valueLoss: 0, valueClipfrac: 0 };
        },
        take: () => optimiser.step(learningRate),
        drop: () => optimiser.forget(),
      });

      // 5. report
      replay.add({ logprobs, ref_logprobs: refLogprobs, reward: rewards, advantages }, inner);
      const perPrompt = options.num_generations;
      const collected = { rollouts, logprobs, kl, refLogprobs, scores: scored.scores, klCoefficient, perPrompt };
      klCoefficient = klCoefficientAfter(collected, options);
      const own = { 'advantages/std': Math.sqrt(mean(found.advantages.map((a) => a ** 2))) };
      return policyStepReport(collected, { step, learningRate, inner, own });
    };

    try {
      const memory = {
        save: () => ({ klCoefficient, moments, baseline }),
        restore: (saved: unknown) => ({ klCoefficient, moments, baseline } = remembered.parse(saved)),
      };
      const parts = { loaded: policy, optimiser, trainStep, memory, replay };
      return await runPolicyLoop(world, options, parts, outputDir, control);
    } finally {
      for (const part of [policyPass, world]) await part.close();
    }
  },
};
