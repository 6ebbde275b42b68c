/** The quickstart: SFT reference → simulated preferences → offline DPO → comparison, each stage a run that can be watched. */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { ComparisonRow, RunSummary } from '../../preload/contract/runs.ts';
import { importFile } from '../data/datasets/import.ts';
import { insertComparison } from '../data/store/comparisons.ts';
import type { WritableStore } from '../data/store/store.ts';
import type { NewJob } from './new-job.ts';
import type { JobRunner } from './runner.ts';
import { STAGE_FILES, taskComparison } from './task-stages.ts';

export interface QuickstartOptions {
  readonly task: string;
  readonly seed: number;
  readonly demonstrations: number;
  readonly sftSteps: number;
  readonly pairs: number;
  readonly dpoSteps: number;
  readonly prompts: number;
}

/** Under five minutes on two cores. */
export const QUICKSTART: Omit<QuickstartOptions, 'task'> = {
  seed: 1,
  demonstrations: 10_000,
  sftSteps: 900,
  pairs: 1700,
  dpoSteps: 100,
  prompts: 300,
};

export interface QuickstartServices {
  readonly store: WritableStore;
  readonly runner: JobRunner;
  /** Folder of all runs. */
  readonly runs: string;
  /** Result of a stage that is over, by run. */
  resultOf(runId: string): unknown;
}

/** Why a quickstart ended early: a stage failed or was stopped. */
export class QuickstartEnded extends Error {
  readonly code = 'quickstart_ended';
}

export interface Quickstart {
  /** Shared by all its runs. */
  readonly group: string;
  readonly done: Promise<ComparisonRow>;
}

/** Starts the first stage and goes on by itself. */
export function startQuickstart(services: QuickstartServices, options: QuickstartOptions): Quickstart {
  const group = `quickstart-${options.task}-${randomUUID().slice(0, 8)}`;
  return { group, done: runStages(services, options, group) };
}

async function runStages(
  services: QuickstartServices,
  options: QuickstartOptions,
  group: string,
): Promise<ComparisonRow> {
  const { store, runs } = services;
  const { task, seed } = options;
  const stage = (job: Omit<NewJob, 'group'>) => runStage(services, { ...job, group });

  // 1. demonstrations of mixed quality, and a model that knows nothing
  const start = await stage({
    method: 'task_start',
    nameBase: `start-${task}`,
    config: { method: 'task_start', task, demonstrations: options.demonstrations, seed },
  });
  const demonstrations = await importFile(store, join(runs, start.name, STAGE_FILES.demonstrations), {
    name: `${task}-demos`,
    sourceName: `task ${task}`,
    recipe: `demonstrations of ${task}, seed ${seed}`,
  });

  // 2. the reference: it learns the mixture, good and bad alike
  const sft = await stage({
    method: 'sft',
    nameBase: `sft-${task}`,
    dataset: demonstrations.dataset,
    config: {
      ...trainingDefaults(seed),
      method: 'sft',
      model: join(runs, start.name, STAGE_FILES.model),
      dataset: `${demonstrations.dataset}@${demonstrations.version}`,
      learning_rate: 2e-3,
      warmup_steps: 50,
      weight_decay: 0.01,
      max_steps: options.sftSteps,
      eval_steps: 150,
    },
  });

  // 3. two samples a prompt, and a noisy rater who prefers by the gold reward
  const reference = join(runs, sft.name);
  const sampled = await stage({
    method: 'task_pairs',
    nameBase: `pairs-${task}`,
    model: sft.name,
    config: {
      method: 'task_pairs',
      task,
      model: reference,
      pairs: options.pairs,
      rater_temperature: 1,
      temperature: 1,
      seed,
    },
  });
  const pairs = await importFile(store, join(runs, sampled.name, STAGE_FILES.pairs), {
    name: `${task}-sim`,
    sourceName: `task ${task}`,
    recipe: `sampled from ${sft.name}, simulated rater at T = 1, seed ${seed}`,
  });

  // 4. offline DPO on these pairs
  const dpo = await stage({
    method: 'dpo',
    nameBase: `offline-dpo-${task}`,
    model: sft.name,
    referenceModel: sft.name,
    dataset: pairs.dataset,
    config: {
      ...trainingDefaults(seed),
      method: 'dpo',
      model: reference,
      dataset: `${pairs.dataset}@${pairs.version}`,
      eval_dataset: join(runs, sampled.name, STAGE_FILES.heldPairs),
      learning_rate: 5e-4,
      warmup_steps: 10,
      beta: 0.1,
      max_steps: options.dpoSteps,
      eval_steps: 20,
    },
  });

  // 5. both answer prompts that nobody trained on
  const compared = await stage({
    method: 'task_compare',
    nameBase: `compare-${task}`,
    model: dpo.name,
    referenceModel: sft.name,
    config: {
      method: 'task_compare',
      task,
      a: join(runs, dpo.name),
      b: reference,
      name_a: dpo.name,
      name_b: sft.name,
      prompts: options.prompts,
      temperature: 1,
      seed,
    },
  });
  const row = { ...taskComparison.parse(services.resultOf(compared.id)), createdAt: new Date().toISOString() };
  insertComparison(store, row);
  return row;
}

const trainingDefaults = (seed: number) => ({
  seed,
  per_device_train_batch_size: 32,
  lr_scheduler_type: 'cosine_with_min_lr',
  lr_scheduler_kwargs: { min_lr_rate: 0.1 },
  max_length: 256,
  sample_prompts: 4,
  sample_max_new_tokens: 48,
});

/** Queues a run and waits for its end. */
function runStage({ runner }: QuickstartServices, job: NewJob): Promise<RunSummary> {
  return new Promise((resolve, reject) => {
    let id = '';
    const remove = runner.onChange((run) => {
      if (run.id !== id || !['finished', 'failed', 'stopped'].includes(run.status)) return;
      remove();
      if (run.status === 'finished') resolve(run);
      else reject(new QuickstartEnded(`${run.name} ${run.status}${run.error ? `: ${run.error}` : ''}`));
    });
    id = runner.create(job);
  });
}
