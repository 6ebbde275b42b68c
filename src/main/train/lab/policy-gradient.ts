/** PPO and RLOO in the lab: samples of the policy, the gold reward, no reward model. */
import { MAX_SYMBOLS } from '../../tasks/enumerable.ts';
import type { LabMethod, LabSetting } from './lab-method.ts';
import { trainByMethod } from './run-method.ts';

/** Answers in a step. */
const ANSWERS_PER_STEP = 128;

const shared = ({ beta, rewardFunction }: LabSetting) => ({
  task: 'enumerable',
  ...(rewardFunction ? { reward_function: rewardFunction } : {}),
  kl_coef: beta,
  temperature: 1,
  per_device_train_batch_size: ANSWERS_PER_STEP,
  // an answer of the greatest length ends by itself: no token is spent on saying so
  response_length: MAX_SYMBOLS,
});

const promptRows = ({ prompts }: LabSetting) => prompts.map((prompt) => ({ prompt }));

export const ppoInLab: LabMethod = {
  id: 'ppo',
  title: 'PPO',
  train: (setting) =>
    trainByMethod(setting, 'ppo', promptRows(setting), {
      ...shared(setting),
      num_ppo_epochs: 2,
      num_mini_batches: 2,
    }),
};

export const rlooInLab: LabMethod = {
  id: 'rloo',
  title: 'RLOO',
  train: (setting) => trainByMethod(setting, 'rloo', promptRows(setting), { ...shared(setting), num_generations: 4 }),
};
