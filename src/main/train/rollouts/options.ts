/** Options of methods that learn from their own samples, under TRL's names (PPO, RLOO). */
import { z } from 'zod';
import { tasks } from '../../tasks/index.ts';
import { commonOptions } from '../config.ts';
import { diagnosticOptions } from '../diagnostics/options.ts';
import { klEstimators } from './kl.ts';
import { aggregations } from './token-shares.ts';

const idsOf = (registry: { readonly all: readonly { readonly id: string }[] }) =>
  registry.all.map(({ id }) => id) as [string, ...string[]];
const path = z.string().min(1);

/** What every method that samples has: prompts, reward, reference and how answers are sampled. */
export const samplingOptions = {
  ...commonOptions,
  ...diagnosticOptions,
  model: path.meta(commonOptions.model.meta() ?? {}),
  dataset: path.optional().meta({
    title: 'Prompts',
    description: 'A file or dataset whose prompts are answered; a built-in task needs none.',
    group: 'Model',
    common: true,
  }),
  task: z.enum(idsOf(tasks)).optional().meta({
    title: 'Built-in task',
    description: 'Prompts of a built-in world, and its gold reward unless another reward is named.',
    group: 'Model',
    common: true,
  }),
  ref_model: path.optional().meta({
    title: 'Reference',
    description: 'What the policy is held against; the model as it starts when none is named.',
    group: 'Model',
  }),
  reward_model: path.optional().meta({
    title: 'Reward model',
    description: 'A trained model that scores answers.',
    group: 'Objective',
    common: true,
  }),
  reward_function: path.optional().meta({
    title: 'Reward function',
    description: 'A JavaScript module: export function reward(answers) returns one number for each answer.',
    group: 'Objective',
  }),
  rollouts: path.optional().meta({
    title: 'Recorded rollouts',
    description: 'Learn from these answers instead of sampling: a replay.',
    group: 'Sampling',
  }),
  response_length: z.int().min(1).optional().meta({
    title: 'Longest answer',
    description: 'Answers are cut here; 53 unless the task has a limit of its own.',
    group: 'Sampling',
    unit: 'tokens',
    common: true,
  }),
  temperature: z.number().positive().default(0.7).meta({
    title: 'Temperature',
    description: 'Of sampling; log-probabilities of policy and reference are taken at the same temperature.',
    group: 'Sampling',
    common: true,
  }),
  generation_weight_bits: z.literal([32, 8, 4]).default(32).meta({
    title: 'Weights while sampling',
    description:
      'Bits of the frozen base weights that answers are sampled from; 8 and 4 need an adapter (use_peft). What is learnt and evaluated uses the float32 weights: old log-probabilities are taken with them, and sampling/* tells how far the two are apart.',
    group: 'Sampling',
    unit: 'bits',
  }),
  missing_eos_penalty: z.number().min(0).nullable().default(null).meta({
    title: 'Missing end penalty',
    description: 'Taken from the score of an answer that does not end by itself.',
    group: 'Objective',
  }),
  prompt_count: z.int().min(1).default(2000).meta({
    title: 'Task prompts',
    description: 'How many different prompts of the built-in task are used.',
    group: 'Training',
  }),
  eval_prompts: z.int().min(0).default(0).meta({
    title: 'Evaluation prompts',
    description: 'Held-out prompts that are answered and scored at every evaluation.',
    group: 'Evaluation',
  }),
} as const;

const sampling = z.object(samplingOptions);
export type SamplingMethodOptions = z.output<typeof sampling>;

/** PPO and RLOO besides. */
export const rolloutOptions = {
  ...samplingOptions,
  learning_rate: commonOptions.learning_rate.default(3e-6),
  adam_epsilon: commonOptions.adam_epsilon.default(1e-5),
  kl_coef: z.number().min(0).default(0.05).meta({
    title: 'β',
    description: 'Weight of KL to the reference: larger keeps the policy closer.',
    group: 'Objective',
    common: true,
  }),
  kl_estimator: z.enum(idsOf(klEstimators)).default('k1').meta({
    title: 'KL estimator',
    description: 'k1 is unbiased and may be negative, k3 is unbiased and never is, k2 is biased with little noise.',
    group: 'Objective',
  }),
  adap_kl_ctrl: z.boolean().default(false).meta({
    title: 'Adaptive β',
    description: 'β follows a target KL.',
    group: 'Objective',
  }),
  target: z.number().positive().default(6).meta({
    title: 'Target KL',
    description: 'Of the adaptive β, for a whole answer.',
    group: 'Objective',
    unit: 'nats',
  }),
  horizon: z.number().positive().default(10_000).meta({
    title: 'Horizon',
    description: 'Answers over which the adaptive β may change by its own size.',
    group: 'Objective',
    unit: 'answers',
  }),
  use_score_scaling: z.boolean().default(false).meta({
    title: 'Scale scores',
    description: 'Divides scores by their running standard deviation.',
    group: 'Objective',
  }),
  use_score_norm: z.boolean().default(false).meta({
    title: 'Centre scores',
    description: 'With scaling: the running mean is taken off first.',
    group: 'Objective',
  }),
  score_clip: z.number().positive().nullable().default(null).meta({
    title: 'Clip scores',
    description: 'Scores are cut to ± this, after scaling.',
    group: 'Objective',
  }),
  num_ppo_epochs: z.int().min(1).default(4).meta({
    title: 'Inner epochs',
    description: 'Passes over the answers of a step.',
    group: 'Training',
  }),
  num_mini_batches: z.int().min(1).default(1).meta({
    title: 'Minibatches',
    description: 'Optimiser steps in each pass.',
    group: 'Training',
  }),
  cliprange: z.number().positive().default(0.2).meta({
    title: 'Clip range',
    description: 'How far π/π_old may go from 1 before a token stops pushing.',
    group: 'Objective',
    common: true,
  }),
  cliprange_high: z.number().positive().optional().meta({
    title: 'Upper clip range',
    description: 'Another limit above 1 than below it; the same when none is named.',
    group: 'Objective',
  }),
  target_kl: z.number().positive().nullable().default(null).meta({
    title: 'Early stop',
    description: 'Inner epochs end when approxkl exceeds 1.5 times this.',
    group: 'Training',
    unit: 'nats',
  }),
  ratio_threshold: z.number().positive().default(10).meta({
    title: 'Skip above ratio',
    description: 'A minibatch whose mean π/π_old is larger is not learnt from, and reported.',
    group: 'Training',
  }),
  loss_aggregation: z.enum(idsOf(aggregations)).default('token').meta({
    title: 'Average over',
    description: 'token: every token alike. sequence: every answer alike. constant: by the length limit (Dr. GRPO).',
    group: 'Objective',
  }),
  total_episodes: z.int().min(1).optional().meta({
    title: 'Episodes',
    description: 'Answers sampled in all, instead of steps.',
    group: 'Training',
    unit: 'answers',
  }),
} as const;

const schema = z.object(rolloutOptions);
export type RolloutOptions = z.output<typeof schema>;
