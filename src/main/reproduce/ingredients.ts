/** Cells that several studies make in the same way, so that equal settings are equal cells and are done once. */
import type { Cell } from './cell.ts';
import { HELD_OUT_PAIRS, PAIRS, pairs } from './kinds/pairs.ts';
import { MODEL, train } from './kinds/train.ts';
import { ppoConfig, rewardConfig, sharedConfig } from './training.ts';

export const referenceOf = (task: string): string => `${task}-reference`;

/** The trained model of a cell needed as `role`, or one of its checkpoints. */
export const modelOf = (role: string, step?: number): string =>
  `@${role}/${MODEL}${step === undefined ? '' : `/checkpoint-${step}`}`;

export interface PairSource {
  readonly task: string;
  readonly seed: number;
  readonly count: number;
  /** Answers of the reference, unless these are demonstrations. */
  readonly demonstrations?: boolean;
  readonly lengthWeight?: number;
  /** Further pairs that reward models are judged by. */
  readonly heldOut: number;
}

export const pairCell = ({ task, seed, count, demonstrations = false, lengthWeight = 0, heldOut }: PairSource) =>
  pairs.cell(`${task}, seed ${seed}: ${count} pairs${demonstrations ? ' of demonstrations' : ''}`, {
    task,
    model: demonstrations ? null : referenceOf(task),
    count,
    held_out: heldOut,
    length_weight: lengthWeight,
    seed,
  });

export interface Training {
  readonly task: string;
  readonly seed: number;
  readonly learningRate: number;
  readonly steps: number;
  readonly batch: number;
  readonly beta: number;
  /** Further options of the method. */
  readonly more?: Readonly<Record<string, unknown>>;
}

const labelOf = ({ task, seed }: Training, what: string): string => `${task}, seed ${seed}: ${what}`;

export const offlineDpo = (training: Training, data: Cell, start = referenceOf(training.task)) =>
  train.cell(
    labelOf(training, `offline DPO, β ${training.beta}, rate ${training.learningRate}`),
    {
      method: 'dpo',
      config: {
        ...sharedConfig(training),
        model: start,
        dataset: `@data/${PAIRS}`,
        beta: training.beta,
        ...training.more,
      },
    },
    { data },
  );

/** Every step samples a pair for each of `batch` prompts; each prompt is asked once. `annotator` is a reward model's cell, the gold reward without it. */
export const onlineDpo = (
  training: Training,
  annotator?: Cell,
  start?: { readonly cell: Cell; readonly model: string },
) =>
  train.cell(
    labelOf(
      training,
      `online DPO${annotator ? ' by reward model' : ''}, β ${training.beta}, rate ${training.learningRate}`,
    ),
    {
      method: 'online_dpo',
      config: {
        ...sharedConfig(training),
        model: start?.model ?? referenceOf(training.task),
        ref_model: referenceOf(training.task),
        task: training.task,
        prompt_count: training.steps * training.batch,
        beta: training.beta,
        temperature: 1,
        labelling: 'bernoulli',
        rater_temperature: 1,
        ...(annotator ? { annotator: 'reward_model', reward_model: modelOf('annotator') } : { annotator: 'gold' }),
        ...training.more,
      },
    },
    { ...(annotator ? { annotator } : {}), ...(start ? { start: start.cell } : {}) },
  );

export interface RewardTraining {
  readonly task: string;
  readonly seed: number;
  readonly learningRate: number;
  readonly steps: number;
  readonly batch: number;
}

export const rewardModel = (training: RewardTraining, data: Cell) =>
  train.cell(
    `${training.task}, seed ${training.seed}: reward model`,
    {
      method: 'reward',
      config: {
        ...sharedConfig(training),
        ...rewardConfig,
        model: referenceOf(training.task),
        dataset: `@data/${PAIRS}`,
        eval_dataset: `@data/${HELD_OUT_PAIRS}`,
      },
    },
    { data },
  );

/** PPO (or RLOO) against a reward model; β in the unit of its scores. */
export const policyGradient = (method: 'ppo' | 'rloo', training: Training, reward: Cell) =>
  train.cell(
    labelOf(training, `${method.toUpperCase()}, β ${training.beta}`),
    {
      method,
      config: {
        ...sharedConfig(training),
        ...(method === 'ppo' ? ppoConfig : { temperature: 1, num_generations: 4 }),
        model: referenceOf(training.task),
        task: training.task,
        prompt_count: training.steps * training.batch,
        reward_model: modelOf('reward'),
        kl_coef: training.beta,
        ...training.more,
      },
    },
    { reward },
  );
