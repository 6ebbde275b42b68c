/** What is trained for the table of online against offline DPO, and how each answers. */
import { z } from 'zod';
import { TIE_THRESHOLD } from '../../../evaluate/win-rate.ts';
import type { Cell } from '../../cell.ts';
import {
  modelOf,
  offlineDpo,
  onlineDpo,
  pairCell,
  policyGradient,
  referenceOf,
  rewardModel,
  type Training,
} from '../../ingredients.ts';
import { type Answered, answers } from '../../kinds/answers.ts';
import { evaluationSettings, rewardModelSettings } from '../../study.ts';

export const variantTitles = {
  online: 'online',
  fresh: 'offline, fresh pairs',
  demonstrations: 'offline, demonstrations',
  fixed: 'offline, fixed pairs',
  onlineCareful: 'online, careful rate',
  freshCareful: 'offline, fresh pairs, careful rate',
  onlineByModel: 'online by reward model',
  ppo: 'PPO on reward model',
} as const;
export type Variant = keyof typeof variantTitles;
const variantIds = Object.keys(variantTitles) as [Variant, ...Variant[]];

/** Fixed before anything was run on the seeds that are published. */
export const settings = z.object({
  tasks: z.array(z.enum(['tldr', 'helpful', 'harmless'])).default(['tldr', 'helpful', 'harmless']),
  /** Policies that are trained; comparisons of others are left out. */
  variants: z
    .array(z.enum(variantIds))
    .min(1)
    .default([...variantIds]),
  beta: z.number().positive().default(0.1),
  learning_rate: z.number().positive().default(5e-4),
  /** At which the two draw. */
  careful_rate: z.record(z.string(), z.number().positive()).default({ tldr: 2e-4, helpful: 2e-4, harmless: 1e-4 }),
  steps: z.int().min(1).default(200),
  /** Pairs of a step. */
  batch: z.int().min(1).default(32),
  /** Different pairs of offline DPO on a fixed set, which it sees again and again. */
  fixed_pairs: z.int().min(2).default(1000),
  ppo_steps: z.int().min(1).default(100),
  ppo_batch: z.int().min(4).default(64),
  tie: z.number().min(0).default(TIE_THRESHOLD),
  /** A second temperature of sampling at which the first comparison is repeated. */
  cool: z.number().positive().default(0.7),
  ...rewardModelSettings,
  ...evaluationSettings,
});
export type Settings = z.output<typeof settings>;

type AnswersCell = Cell<{ models: Answered[] }>;

export interface Entry {
  readonly trained: Cell<{ labels: number }>;
  readonly answers: AnswersCell;
  /** Labels that were bought before training. */
  readonly labels: number;
  /** Whether training buys more: a reward model's answers cost nothing. */
  readonly buysLabels: boolean;
}

export interface SeedPlan {
  readonly variants: Readonly<Record<Variant, Entry>>;
  readonly cool: Readonly<Record<'online' | 'fresh', AnswersCell>>;
  readonly rewardModel: Cell<{ reward_report?: { accuracy: number } }>;
}

export interface TaskPlan {
  readonly task: string;
  readonly reference: AnswersCell;
  readonly seeds: readonly SeedPlan[];
}

const evaluated = (task: string, { prompts, prompt_seed }: Settings) => ({
  task,
  reference: referenceOf(task),
  prompts,
  prompt_seed,
});

function planSeed(task: string, seed: number, options: Settings): SeedPlan {
  const { beta, learning_rate: learningRate, steps, batch, held_out_pairs: heldOut } = options;
  const training: Training = { task, seed, learningRate, steps, batch, beta };
  const careful: Training = { ...training, learningRate: options.careful_rate[task] ?? learningRate / 2 };
  const count = steps * batch;
  const fresh = pairCell({ task, seed, count, heldOut });
  const demonstrated = pairCell({ task, seed, count, heldOut: 0, demonstrations: true });
  const fixed = pairCell({ task, seed, count: Math.min(count, options.fixed_pairs), heldOut: 0 });
  const reward = rewardModel({ ...training, steps: options.reward_steps }, fresh);
  const ppo = { ...training, steps: options.ppo_steps, batch: options.ppo_batch };
  const entry = (variant: Variant, trained: Entry['trained'], labels: number): Entry => ({
    trained,
    labels,
    buysLabels: variant === 'online' || variant === 'onlineCareful',
    answers: answersOf(task, seed, variant, trained, reward, 1, options),
  });
  const variants = {
    online: entry('online', onlineDpo(training), 0),
    fresh: entry('fresh', offlineDpo(training, fresh), count),
    demonstrations: entry('demonstrations', offlineDpo(training, demonstrated), count),
    fixed: entry('fixed', offlineDpo(training, fixed), Math.min(count, options.fixed_pairs)),
    onlineCareful: entry('onlineCareful', onlineDpo(careful), 0),
    freshCareful: entry('freshCareful', offlineDpo(careful, fresh), count),
    onlineByModel: entry('onlineByModel', onlineDpo(training, reward), count),
    ppo: entry('ppo', policyGradient('ppo', ppo, reward), count),
  };
  const cool = (variant: 'online' | 'fresh') =>
    answersOf(task, seed, variant, variants[variant].trained, reward, options.cool, options);
  return { variants, cool: { online: cool('online'), fresh: cool('fresh') }, rewardModel: reward };
}

/** Every policy draws from a stream of its own: equal policies are not equal answers. */
const answersOf = (
  task: string,
  seed: number,
  variant: Variant,
  policy: Cell,
  proxy: Cell,
  temperature: number,
  options: Settings,
): AnswersCell =>
  answers.cell(
    `${task}, seed ${seed}: answers of ${variantTitles[variant]} at temperature ${temperature}`,
    {
      ...evaluated(task, options),
      models: [modelOf('policy')],
      proxy: modelOf('proxy'),
      temperature,
      seed: `${seed}:${variant}`,
    },
    { policy, proxy },
  );

export function planTasks(options: Settings, seeds: readonly number[]): TaskPlan[] {
  return options.tasks.map((task) => ({
    task,
    reference: answers.cell(`${task}: answers of the reference`, {
      ...evaluated(task, options),
      models: [referenceOf(task)],
      seed: 'reference',
    }),
    seeds: seeds.map((seed) => planSeed(task, seed, options)),
  }));
}

/** The main comparison of every task and seed first, then the draw, then the rest. */
export function cellsOf(plans: readonly TaskPlan[], wanted: readonly Variant[]): Cell[] {
  const everySeed = plans.flatMap(({ seeds }) => seeds);
  const chosen = <One extends Variant>(wave: readonly One[]) => wave.filter((variant) => wanted.includes(variant));
  const waves: readonly (readonly Variant[])[] = [
    ['online', 'fresh'],
    ['onlineCareful', 'freshCareful'],
    ['fixed', 'demonstrations'],
    ['onlineByModel', 'ppo'],
  ];
  return [
    ...plans.map(({ reference }) => reference),
    ...waves.flatMap((wave) =>
      everySeed.flatMap(({ variants }) => chosen(wave).map((variant) => variants[variant].answers)),
    ),
    ...everySeed.flatMap(({ cool }) => chosen(['online', 'fresh']).map((variant) => cool[variant])),
  ];
}
