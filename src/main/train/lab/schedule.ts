/** Optimiser and schedule that all methods of the lab share, so that only the method differs. */
import type { ScheduleShape } from '../../engine/optim/schedules.ts';
import type { OptimiserOptions } from '../optimiser.ts';
import type { LabSetting } from './lab-method.ts';

const WARMUP = 10;

export const LAB_ADAM: OptimiserOptions = {
  beta1: 0.9,
  beta2: 0.999,
  epsilon: 1e-8,
  weightDecay: 0,
  maxGradNorm: 1,
};

export const labSchedule = ({ steps, learningRate }: LabSetting): ScheduleShape => ({
  warmup: Math.min(WARMUP, steps),
  total: steps,
  learningRate,
  options: {},
});

/** The same as a training config's keys. */
export const labTraining = ({ steps, learningRate, seed, referencePath }: LabSetting) => ({
  model: referencePath,
  learning_rate: learningRate,
  lr_scheduler_type: 'linear',
  warmup_steps: Math.min(WARMUP, steps),
  adam_epsilon: LAB_ADAM.epsilon,
  max_grad_norm: LAB_ADAM.maxGradNorm,
  max_steps: steps,
  seed,
});
