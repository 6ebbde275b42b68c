/** What a quickstart does: SFT reference → preferences → reward model, offline DPO, online DPO, PPO, RLOO → comparison; each stage a run of its own. */
import { join } from 'node:path';
import { z } from 'zod';
import type { RunSummary } from '../../preload/contract/runs.ts';
import { findVersion } from '../data/datasets/find.ts';
import { importFile } from '../data/datasets/import.ts';
import { getDatasetByName } from '../data/store/datasets.ts';
import { readMetrics } from '../data/store/metrics.ts';
import { listModels } from '../data/store/models.ts';
import type { WritableStore } from '../data/store/store.ts';
import { listVersions } from '../data/store/versions.ts';
import { labelsBought } from '../train/annotators/labels-bought.ts';
import type { NewJob } from './new-job.ts';
import { STAGE_FILES } from './task-stages.ts';

const count = (least: number) => z.int().min(least).optional();

/** Sizes that fit five minutes on two cores. */
const SIZES = {
  demonstrations: 10_000,
  sft_steps: 900,
  pairs: 1700,
  reward_steps: 100,
  /** Of offline and of online DPO: equal steps. */
  dpo_steps: 100,
  /** Of PPO and of RLOO, 64 answers each. */
  ppo_steps: 50,
  /** Of the methods that align; RLOO takes one update a step and gets twice as much. */
  learning_rate: 5e-4,
  /** Held-out prompts of the comparison. */
  prompts: 300,
};

/** Where a world wants something else: offline DPO collapses on `harmless` at the usual rate. */
const SIZES_OF: Readonly<Record<string, Partial<typeof SIZES>>> = {
  harmless: { pairs: 4260, reward_steps: 200, learning_rate: 2e-4 },
};

/** What is not given is as it suits the task. */
export const quickstartOptions = z
  .object({
    task: z.string(),
    seed: z.int().min(0).default(1),
    demonstrations: count(10),
    sft_steps: count(1),
    pairs: count(20),
    reward_steps: count(1),
    dpo_steps: count(1),
    ppo_steps: count(1),
    learning_rate: z.number().positive().optional(),
    prompts: count(10),
  })
  .transform((given) => ({ ...given, ...SIZES, ...SIZES_OF[given.task], ...withoutUndefined(given) }));
export type QuickstartOptions = z.output<typeof quickstartOptions>;

const withoutUndefined = (given: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as Partial<typeof SIZES>;

/** What a stage begins with. */
export interface StageContext {
  readonly store: WritableStore;
  /** Folder of all runs. */
  readonly runs: string;
  readonly options: QuickstartOptions;
  /** The finished run of a stage that this one needs. */
  run(method: string): RunSummary;
  /** Does something once, however many stages ask for it. */
  once<T>(what: string, make: () => Promise<T>): Promise<T>;
}

export interface QuickstartStage {
  /** Method of its run; one stage each. */
  readonly method: string;
  readonly title: string;
  /** Methods of the stages whose runs must have finished. */
  readonly needs: readonly string[];
  /** Whether every other stage comes before or after it: it has the machine to itself. */
  readonly alone?: true;
  /** Processor seconds it takes by experience: what it counts in the whole. */
  cost(options: QuickstartOptions): number;
  /** Whether its model is one of those compared, and what it is called there. */
  readonly compared?: string;
  job(context: StageContext): Promise<Omit<NewJob, 'method' | 'group'>> | Omit<NewJob, 'method' | 'group'>;
}

/** Demonstrations of mixed quality, and a model that knows nothing. */
const start: QuickstartStage = {
  method: 'task_start',
  title: 'Demonstrations',
  needs: [],
  alone: true,
  cost: () => 2,
  job: ({ options }) => ({
    nameBase: `start-${options.task}`,
    // the options of the whole quickstart: it is taken up again from here
    config: { method: 'task_start', ...options },
  }),
};

/** The reference: it learns the mixture, good and bad alike. */
const sft: QuickstartStage = {
  method: 'sft',
  title: 'SFT reference',
  needs: ['task_start'],
  alone: true,
  cost: ({ sft_steps }) => 4 + sft_steps / 20,
  compared: 'Reference',
  async job(context) {
    const { task, seed, sft_steps } = context.options;
    const from = context.run('task_start');
    const model = modelOf(context.store, from);
    const dataset = await importStage(context, from, STAGE_FILES.demonstrations, {
      name: `${task}-demos`,
      recipe: `demonstrations of ${task} by ${from.name}, seed ${seed}`,
    });
    return {
      nameBase: `sft-${task}`,
      model,
      dataset: dataset.name,
      config: {
        ...trainingDefaults(context.options),
        method: 'sft',
        model,
        dataset: dataset.version,
        learning_rate: 2e-3,
        warmup_steps: 50,
        weight_decay: 0.01,
        max_steps: sft_steps,
        eval_steps: 150,
      },
    };
  },
};

/** Two samples a prompt, and a noisy rater who prefers by the gold reward. */
const pairs: QuickstartStage = {
  method: 'task_pairs',
  title: 'Preferences',
  needs: ['sft'],
  cost: ({ pairs }) => 2 + pairs / 400,
  job({ store, options, run }) {
    const model = modelOf(store, run('sft'));
    const { task, seed } = options;
    const config = { task, model, pairs: options.pairs, rater_temperature: 1, temperature: 1, seed };
    return { nameBase: `pairs-${task}`, model, config: { method: 'task_pairs', ...config } };
  },
};

/** Learns the rater's preferences as a score: what PPO and RLOO are trained on. */
const reward: QuickstartStage = {
  method: 'reward',
  title: 'Reward model',
  needs: ['task_pairs'],
  cost: ({ reward_steps }) => 3 + reward_steps / 11,
  async job(context) {
    const { reward_steps, task } = context.options;
    const reference = modelOf(context.store, context.run('sft'));
    const data = await preferences(context);
    // it answers nothing: the task reads its held-out pairs only
    const { eval_prompts: _prompts, ...defaults } = trainingDefaults(context.options);
    return {
      nameBase: `reward-${task}`,
      model: reference,
      dataset: data.name,
      config: {
        ...defaults,
        method: 'reward',
        model: reference,
        dataset: data.train,
        eval_dataset: data.held,
        learning_rate: 5e-4,
        warmup_steps: 10,
        center_rewards_coefficient: 0.01,
        normalize_rewards: true,
        max_steps: reward_steps,
        eval_steps: 20,
      },
    };
  },
};

const dpo: QuickstartStage = {
  method: 'dpo',
  title: 'Offline DPO',
  needs: ['task_pairs'],
  cost: ({ dpo_steps }) => 5 + dpo_steps / 10,
  compared: 'Offline DPO',
  async job(context) {
    const { task, dpo_steps, learning_rate } = context.options;
    const reference = modelOf(context.store, context.run('sft'));
    const data = await preferences(context);
    return {
      nameBase: `offline-dpo-${task}`,
      model: reference,
      referenceModel: reference,
      dataset: data.name,
      config: {
        ...trainingDefaults(context.options),
        method: 'dpo',
        model: reference,
        dataset: data.train,
        eval_dataset: data.held,
        learning_rate,
        warmup_steps: 10,
        beta: 0.1,
        max_steps: dpo_steps,
        eval_steps: 20,
      },
    };
  },
};

/** The same steps on fresh pairs of the policy, labelled by the rater as they come. */
const online: QuickstartStage = {
  method: 'online_dpo',
  title: 'Online DPO',
  needs: ['sft'],
  cost: ({ dpo_steps }) => 5 + dpo_steps / 5,
  compared: 'Online DPO, gold rater',
  job: (context) => ({
    ...sampling(context, 'online-dpo'),
    config: {
      ...trainingDefaults(context.options),
      ...samplingDefaults(context),
      method: 'online_dpo',
      annotator: 'gold',
      rater_temperature: 1,
      learning_rate: context.options.learning_rate,
      warmup_steps: 10,
      beta: 0.1,
      max_steps: context.options.dpo_steps,
      eval_steps: 20,
    },
  }),
};

const ppo: QuickstartStage = {
  method: 'ppo',
  title: 'PPO',
  needs: ['reward'],
  cost: ({ ppo_steps }) => 5 + ppo_steps / 2,
  compared: 'PPO, reward model',
  job: (context) => ({
    ...sampling(context, 'ppo'),
    config: {
      ...trainingDefaults(context.options),
      ...samplingDefaults(context),
      ...rewardModelDefaults(context),
      method: 'ppo',
      learning_rate: context.options.learning_rate,
      num_ppo_epochs: 2,
      num_mini_batches: 2,
    },
  }),
};

const rloo: QuickstartStage = {
  method: 'rloo',
  title: 'RLOO',
  needs: ['reward'],
  cost: ({ ppo_steps }) => 5 + ppo_steps / 4,
  compared: 'RLOO, reward model',
  job: (context) => ({
    ...sampling(context, 'rloo'),
    config: {
      ...trainingDefaults(context.options),
      ...samplingDefaults(context),
      ...rewardModelDefaults(context),
      method: 'rloo',
      learning_rate: 2 * context.options.learning_rate,
      num_generations: 4,
    },
  }),
};

/** All answer prompts that nobody trained on. */
const compare: QuickstartStage = {
  method: 'task_compare',
  title: 'Comparison',
  needs: ['dpo', 'online_dpo', 'ppo', 'rloo'],
  alone: true,
  cost: ({ prompts }) => 2 + prompts / 100,
  async job(context) {
    const { store, options, run } = context;
    const name = (method: string) => modelOf(store, run(method));
    const { task, seed, prompts } = options;
    const bought = findVersion(store, (await preferences(context)).train)?.rows ?? 0;
    const labels = {
      [name('sft')]: 0,
      [name('dpo')]: bought,
      [name('ppo')]: bought,
      [name('rloo')]: bought,
      [name('online_dpo')]: labelsBoughtOnline(store, run('online_dpo')),
    };
    const [a, b] = [name('dpo'), name('sft')];
    const others = ['online_dpo', 'ppo', 'rloo'].map(name);
    const config = { method: 'task_compare', task, a, b, others, labels, prompts, temperature: 1, seed };
    return { nameBase: `compare-${task}`, model: a, referenceModel: b, config };
  },
};

/** In the order they are told of; those that do not need each other run side by side. */
export const quickstartStages: readonly QuickstartStage[] = [
  start,
  sft,
  pairs,
  reward,
  dpo,
  online,
  ppo,
  rloo,
  compare,
];

const trainingDefaults = ({ seed, task }: QuickstartOptions) => ({
  seed,
  task,
  eval_prompts: 200,
  per_device_train_batch_size: 32,
  lr_scheduler_type: 'cosine_with_min_lr',
  lr_scheduler_kwargs: { min_lr_rate: 0.1 },
  max_length: 256,
  sample_prompts: 4,
  sample_max_new_tokens: 48,
});

/** Names of a run that samples from the reference on. */
function sampling({ store, options, run }: StageContext, method: string) {
  const reference = modelOf(store, run('sft'));
  return { nameBase: `${method}-${options.task}`, model: reference, referenceModel: reference };
}

/** Of the methods that answer the task's own prompts. */
const samplingDefaults = ({ store, run }: StageContext) => ({
  model: modelOf(store, run('sft')),
  temperature: 1,
  prompt_count: 4000,
});

/** 64 answers a step, scored by the reward model. */
const rewardModelDefaults = ({ store, run, options }: StageContext) => ({
  reward_model: modelOf(store, run('reward')),
  per_device_train_batch_size: 64,
  warmup_steps: 5,
  kl_coef: 0.1,
  max_steps: options.ppo_steps,
  eval_steps: 10,
});

function labelsBoughtOnline(store: WritableStore, run: RunSummary): number {
  const steps = readMetrics(store, run.id).filter(({ evaluation }) => !evaluation);
  return labelsBought(steps.map(({ values }) => values));
}

/** The workspace's name of the model that a run made. */
export function modelOf(store: WritableStore, run: RunSummary): string {
  const model = listModels(store).find(({ runId }) => runId === run.id);
  if (!model) throw new Error(`the model of ${run.name} is not in the workspace any more`);
  return model.name;
}

/** The rater's pairs as datasets: what is trained on, and what is held out. */
async function preferences(context: StageContext) {
  const { task, seed } = context.options;
  const from = context.run('task_pairs');
  const recipe = `sampled by ${from.name}, simulated rater at T = 1, seed ${seed}`;
  const train = await importStage(context, from, STAGE_FILES.pairs, { name: `${task}-sim`, recipe });
  const held = await importStage(context, from, STAGE_FILES.heldPairs, { name: `${task}-sim-held-out`, recipe });
  return { name: train.name, train: train.version, held: held.version };
}

/** A stage's file as a version of a dataset; the one that is there when this quickstart has imported it before. */
function importStage(
  { store, runs, options, once }: StageContext,
  from: RunSummary,
  file: string,
  into: { readonly name: string; readonly recipe: string },
): Promise<{ readonly name: string; readonly version: string }> {
  return once(into.name, async () => {
    const dataset = getDatasetByName(store, into.name);
    const known = dataset && listVersions(store, dataset.id).find(({ recipe }) => recipe === into.recipe);
    if (known) return { name: into.name, version: `${into.name}@${known.number}` };
    const path = join(runs, from.name, file);
    const asItIs = { asFound: true, remember: false };
    const report = await importFile(store, path, { ...into, ...asItIs, sourceName: `task ${options.task}` });
    return { name: report.dataset, version: `${report.dataset}@${report.version}` };
  });
}
