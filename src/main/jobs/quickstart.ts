/** What a quickstart does: SFT reference → simulated preferences → offline DPO → comparison; each stage a run of its own. */
import { join } from 'node:path';
import { z } from 'zod';
import type { RunSummary } from '../../preload/contract/runs.ts';
import { importFile } from '../data/datasets/import.ts';
import { listModels } from '../data/store/models.ts';
import type { WritableStore } from '../data/store/store.ts';
import type { NewJob } from './new-job.ts';
import { STAGE_FILES } from './task-stages.ts';

export const quickstartOptions = z.object({
  task: z.string(),
  seed: z.int().min(0).default(1),
  demonstrations: z.int().min(10).default(10_000),
  sft_steps: z.int().min(1).default(900),
  pairs: z.int().min(20).default(1700),
  dpo_steps: z.int().min(1).default(100),
  /** Held-out prompts of the comparison. */
  prompts: z.int().min(10).default(300),
});
/** The defaults take under five minutes on two cores. */
export type QuickstartOptions = z.output<typeof quickstartOptions>;

/** What a stage begins with. */
export interface StageContext {
  readonly store: WritableStore;
  /** Folder of all runs. */
  readonly runs: string;
  readonly options: QuickstartOptions;
  /** The finished run of an earlier stage. */
  run(method: string): RunSummary;
}

export interface QuickstartStage {
  /** Method of its run; one stage each. */
  readonly method: string;
  readonly title: string;
  job(context: StageContext): Promise<Omit<NewJob, 'method' | 'group'>> | Omit<NewJob, 'method' | 'group'>;
}

/** Demonstrations of mixed quality, and a model that knows nothing. */
const start: QuickstartStage = {
  method: 'task_start',
  title: 'Demonstrations',
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
  async job(context) {
    const { task, seed, sft_steps } = context.options;
    const from = context.run('task_start');
    const model = modelOf(context.store, from);
    const dataset = await importStage(context, from, STAGE_FILES.demonstrations, {
      name: `${task}-demos`,
      recipe: `demonstrations of ${task}, seed ${seed}`,
    });
    return {
      nameBase: `sft-${task}`,
      model,
      dataset: dataset.name,
      config: {
        ...trainingDefaults(seed),
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
  job({ store, options, run }) {
    const model = modelOf(store, run('sft'));
    const { task, seed } = options;
    const config = { task, model, pairs: options.pairs, rater_temperature: 1, temperature: 1, seed };
    return { nameBase: `pairs-${task}`, model, config: { method: 'task_pairs', ...config } };
  },
};

const dpo: QuickstartStage = {
  method: 'dpo',
  title: 'Offline DPO',
  async job(context) {
    const { task, seed, dpo_steps } = context.options;
    const reference = modelOf(context.store, context.run('sft'));
    const from = context.run('task_pairs');
    const about = `sampled from ${reference}, simulated rater at T = 1, seed ${seed}`;
    const train = await importStage(context, from, STAGE_FILES.pairs, { name: `${task}-sim`, recipe: about });
    const held = await importStage(context, from, STAGE_FILES.heldPairs, {
      name: `${task}-sim-held-out`,
      recipe: about,
    });
    return {
      nameBase: `offline-dpo-${task}`,
      model: reference,
      referenceModel: reference,
      dataset: train.name,
      config: {
        ...trainingDefaults(seed),
        method: 'dpo',
        model: reference,
        dataset: train.version,
        eval_dataset: held.version,
        learning_rate: 5e-4,
        warmup_steps: 10,
        beta: 0.1,
        max_steps: dpo_steps,
        eval_steps: 20,
      },
    };
  },
};

/** Both answer prompts that nobody trained on. */
const compare: QuickstartStage = {
  method: 'task_compare',
  title: 'Comparison',
  job({ store, options, run }) {
    const [a, b] = [modelOf(store, run('dpo')), modelOf(store, run('sft'))];
    const { task, seed, prompts } = options;
    const config = { method: 'task_compare', task, a, b, prompts, temperature: 1, seed };
    return { nameBase: `compare-${task}`, model: a, referenceModel: b, config };
  },
};

/** In their order. */
export const quickstartStages: readonly QuickstartStage[] = [start, sft, pairs, dpo, compare];

const trainingDefaults = (seed: number) => ({
  seed,
  per_device_train_batch_size: 32,
  lr_scheduler_type: 'cosine_with_min_lr',
  lr_scheduler_kwargs: { min_lr_rate: 0.1 },
  max_length: 256,
  sample_prompts: 4,
  sample_max_new_tokens: 48,
});

/** The workspace's name of the model that a run made. */
function modelOf(store: WritableStore, run: RunSummary): string {
  const model = listModels(store).find(({ runId }) => runId === run.id);
  if (!model) throw new Error(`the model of ${run.name} is not in the workspace any more`);
  return model.name;
}

/** A stage's file as a version of a dataset. */
async function importStage(
  { store, runs, options }: StageContext,
  from: RunSummary,
  file: string,
  into: { readonly name: string; readonly recipe: string },
): Promise<{ readonly name: string; readonly version: string }> {
  const report = await importFile(store, join(runs, from.name, file), { ...into, sourceName: `task ${options.task}` });
  return { name: report.dataset, version: `${report.dataset}@${report.version}` };
}
