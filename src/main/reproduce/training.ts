/** Training settings that all studies share, so that only the method differs: AdamW without decay, clipping at 1, warm-up 10, linear decay to a tenth. */

export interface SharedTraining {
  readonly learningRate: number;
  readonly steps: number;
  /** Pairs or answers of a step. */
  readonly batch: number;
  readonly seed: number;
}

const WARMUP = 10;
/** Prompt and answer of every built-in task fit. */
const LONGEST = 96;

export const sharedConfig = ({ learningRate, steps, batch, seed }: SharedTraining) => ({
  learning_rate: learningRate,
  lr_scheduler_type: 'polynomial',
  lr_scheduler_kwargs: { power: 1, lr_end: learningRate / 10 },
  warmup_steps: Math.min(WARMUP, Math.floor(steps / 2)),
  weight_decay: 0,
  adam_epsilon: 1e-8,
  max_grad_norm: 1,
  per_device_train_batch_size: batch,
  max_steps: steps,
  max_length: LONGEST,
  seed,
});

/** PPO: the critic starts as the reward model, two passes of two minibatches over the answers of a step. */
export const ppoConfig = {
  temperature: 1,
  lam: 0.95,
  cliprange: 0.2,
  num_ppo_epochs: 2,
  num_mini_batches: 2,
} as const;

/** Reward model: centred, and in the unit of the rater's utility, so that β means the same to every method. */
export const rewardConfig = { center_rewards_coefficient: 0.01 } as const;
