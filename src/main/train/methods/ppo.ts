/** PPO with a critic (Schulman et al., 1707.06347; Ziegler et al., 1909.08593; Stiennon et al., 2009.01325): averages run over real tokens only. */
import { z } from 'zod';
import { mean, variance } from '../../base/statistics.ts';
import { trainable } from '../../engine/models/language-model.ts';
import { createRewardScorer } from '../../evaluate/reward-scoring.ts';
import { parseConfig } from '../config.ts';
import { jointParameters, partOf } from '../joint-parameters.ts';
import type { Method } from '../method.ts';
import { Optimiser, optimiserOptions } from '../optimiser.ts';
import { planRun, sampledRows } from '../plan-run.ts';
import { openCritic, openPolicy } from '../policy.ts';
import { explainedVariance, flatten, gae, returnsOf, tokenRewards, whiten } from '../rollouts/advantages.ts';
import { answersShape, openExperience } from '../rollouts/experience.ts';
import { policyMinibatch, runInnerEpochs } from '../rollouts/inner-epochs.ts';
import { klPerToken } from '../rollouts/kl.ts';
import { rolloutOptions } from '../rollouts/options.ts';
import { klCoefficientAfter, policyStepReport, runPolicyLoop } from '../rollouts/policy-loop.ts';
import { createCriticPass, createPolicyPass, rowOf } from '../rollouts/policy-pass.ts';
import { createReplay } from '../rollouts/replay.ts';
import { type Moments, NO_MOMENTS } from '../rollouts/running-moments.ts';
import { learntScores } from '../rollouts/scores.ts';
import { timed } from '../step-times.ts';

const params = z.object({
  ...rolloutOptions,
  value_model: z.string().min(1).optional().meta({
    title: 'Critic',
    description: 'Where the critic starts: the reward model unless named, else a fresh head on the policy.',
    group: 'Model',
  }),
  gamma: z.number().min(0).max(1).default(1).meta({
    title: 'γ',
    description: 'Discount per token.',
    group: 'Objective',
  }),
  lam: z.number().min(0).max(1).default(0.95).meta({
    title: 'λ',
    description: 'Trace of GAE: 1 trusts returns, 0 trusts the critic.',
    group: 'Objective',
  }),
  vf_coef: z.number().min(0).default(0.1).meta({
    title: 'Value coefficient',
    description: 'Weight of the value loss beside the policy loss.',
    group: 'Objective',
  }),
  cliprange_value: z.number().positive().default(0.2).meta({
    title: 'Value clip range',
    description: 'How far the critic may move from its old value in one step.',
    group: 'Objective',
  }),
  whiten_rewards: z.boolean().default(false).meta({
    title: 'Whiten rewards',
    description: 'Token rewards get variance 1; their mean stays.',
    group: 'Objective',
  }),
});

/** What a resume needs besides weights and moments. */
const remembered = z.object({
  klCoefficient: z.number(),
  moments: z.object({ mean: z.number(), variance: z.number(), count: z.number() }),
});

export const ppo: Method = {
  id: 'ppo',
  title: 'PPO',
  summary: 'Samples answers, scores them with a reward, and raises what scored better than the critic expected.',
  mark: 'ppo',
  formula: 'E[min(ρA, clip(ρ, 1 ± ε)A)], r = score − β·KL',
  cost: 10,
  goodFor: 'A reward model you trust, or a reward you can compute.',
  watch: 'It finds what the reward model likes, also where it is wrong: watch length and the gold score.',
  papers: [
    { title: 'Proximal Policy Optimization', url: 'https://arxiv.org/abs/1707.06347' },
    { title: 'Fine-Tuning Language Models from Human Preferences', url: 'https://arxiv.org/abs/1909.08593' },
    { title: 'High-Dimensional Continuous Control Using GAE', url: 'https://arxiv.org/abs/1506.02438' },
  ],
  data: ['prompts', 'preference', 'demonstrations'],
  params,
  pass: {
    head: 'language',
    sequencesPerRow: 1,
    packed: false,
    modelsBeside: 2,
    samples: true,
    reference: 'live',
    updates: 'policy',
    critic: true,
  },

  async train(config, outputDir, control) {
    const options = parseConfig(params, config);
    const policy = openPolicy(options, control);
    const critic = openCritic(policy, options.value_model ?? options.reward_model, options, control);
    const world = await openExperience(policy, options, outputDir, control, answersShape(options, 1));

    // one AdamW over policy π and critic V together; one clipping
    const optimiser = new Optimiser(
      jointParameters({ policy: trainable(policy.model), value: trainable(critic.model) }),
      optimiserOptions(options),
    );
    const policyGradients = partOf(optimiser, 'policy', trainable(policy.model));
    const criticGradients = partOf(optimiser, 'value', trainable(critic.model));
    const pass = {
      maxPositions: world.maxPositions,
      rowsPerPass: options.per_device_train_batch_size,
      padId: policy.model.config.padId ?? policy.tokenizer.padId ?? 0,
      threads: control.threads,
      recompute: planRun(policy.model, ppo.pass, options, sampledRows(ppo.pass, world, options), control),
    };
    const clip = { low: options.cliprange, high: options.cliprange_high ?? options.cliprange };
    const policyPass = await createPolicyPass(policy.model, {
      ...pass,
      temperature: options.temperature,
      clip,
      klInLoss: 0,
    });
    const criticPass = await createCriticPass(critic.model, {
      ...pass,
      clipRange: options.cliprange_value,
      coefficient: options.vf_coef,
    });
    const valueScorer = await createRewardScorer(critic.model, { ...pass, weights: 'live' });

    let klCoefficient = options.kl_coef;
    let moments: Moments = NO_MOMENTS;
    const replay = createReplay(world.replay);
    const { loss_aggregation } = options;

    const trainStep = async (step: number, learningRate: number) => {
      // 1. rollout: answers y of the policy to prompts x, and their scores
      const rollouts = await world.collect(step);
      const scored = learntScores(rollouts, moments, options);
      moments = scored.moments;

      // 2. ln π and ln π_ref of every answer token, and V one position earlier: what the critic knew before the token was drawn
      const rows = rollouts.map(rowOf);
      const logprobs = await world.logprobs(rollouts);
      const refLogprobs = await world.refLogprobs(rollouts);
      const everyValue = await timed('scoring', () => valueScorer.values(rows.map(({ ids }) => ids)));
      const values = everyValue.map((row, i) => row.slice(rows[i].start - 1, rows[i].ids.length - 1));

      // 3. token rewards: −β KL at each token, the score at the last
      const kl = klPerToken(options.kl_estimator, logprobs, refLogprobs);
      const plainRewards = tokenRewards(kl, scored.scores, klCoefficient);
      const rewards = options.whiten_rewards ? whiten(plainRewards, { keepMean: true }) : plainRewards;

      // 4. GAE; returns before whitening, advantages after
      const raw = gae(rewards, values, options.gamma, options.lam);
      const returns = returnsOf(raw, values);
      const advantages = whiten(raw);

      // 5. clipped updates of policy and critic
      const inner = await runInnerEpochs(rollouts.length, step, options, control, {
        async update(batch) {
          const of = <T>(all: readonly T[]) => batch.map((i) => all[i]);
          const answers = { rows, logprobs, refLogprobs, advantages };
          const report = await policyPass.backward(
            policyMinibatch(batch, answers, loss_aggregation, world.maxNewTokens),
            policyGradients,
          );
          const value = await criticPass.backward(
            { rows: of(rows), oldValues: of(values), returns: of(returns) },
            criticGradients,
          );
          return { ...report, valueLoss: value.valueLoss, valueClipfrac: value.clipfrac };
        },
        take: () => optimiser.step(learningRate),
        drop: () => optimiser.forget(),
      });

      // 6. report
      replay.add({ logprobs, ref_logprobs: refLogprobs, values, rewards, advantages, returns }, inner);
      const collected = { rollouts, logprobs, kl, refLogprobs, scores: scored.scores, klCoefficient, perPrompt: 1 };
      klCoefficient = klCoefficientAfter(collected, options);
      const own = {
        'loss/value_avg': mean(inner.updates.map((u) => u.valueLoss)),
        'val/clipfrac_avg': mean(inner.updates.map((u) => u.valueClipfrac)),
        'ppo/returns/mean': mean(flatten(returns)),
        'ppo/returns/var': variance(flatten(returns)),
        'ppo/val/var_explained': explainedVariance(values, returns),
      };
      return policyStepReport(collected, { step, learningRate, inner, own });
    };

    try {
      const memory = {
        save: () => ({ klCoefficient, moments }),
        restore: (saved: unknown) => ({ klCoefficient, moments } = remembered.parse(saved)),
      };
      const parts = { loaded: policy, optimiser, trainStep, beside: { value_model: critic }, memory, replay };
      return await runPolicyLoop(world, options, parts, outputDir, control);
    } finally {
      for (const part of [valueScorer, criticPass, policyPass, world]) await part.close();
    }
  },
};
