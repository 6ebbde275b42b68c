/** The walk from step to step that the supervised and preference methods share: order, schedule, evaluation, checkpoints, stop. */
import { createHash } from 'node:crypto';
import { learningRateAt, warmupSteps } from '../engine/optim/schedules.ts';
import { loadCheckpoint, saveCheckpoint, saveFinal } from './checkpoint.ts';
import { type CommonOptions, ConfigError } from './config.ts';
import type { LoadedModel } from './load-model.ts';
import type { TrainControl, TrainResult, TrainSample } from './method.ts';
import type { Optimiser } from './optimiser.ts';
import { microBatches, stepsPerEpoch } from './order.ts';

export interface StepReport {
  /** Metrics of this step under TRL's names; loss included. */
  readonly metrics: Readonly<Record<string, number>>;
  /** Real tokens of the step. */
  readonly tokens: number;
}

export interface LoopParts {
  readonly loaded: LoadedModel;
  readonly optimiser: Optimiser;
  readonly options: CommonOptions;
  /** Rows that can be trained on. */
  readonly rows: number;
  /** Name of the reference model, for the run page; null where none exists. */
  readonly reference: string | null;
  /** Runs the micro-batches of one step and leaves their gradients in the optimiser. */
  trainStep(batches: readonly (readonly number[])[]): Promise<StepReport>;
  /** Metrics on held-out rows, without the "eval_" prefix; undefined when there are none. */
  evaluate?(): Promise<Readonly<Record<string, number>>>;
  sample?(step: number): Promise<readonly TrainSample[]>;
}

/** Optimiser steps a config asks for. */
export function totalSteps(options: CommonOptions, rows: number): number {
  if (options.max_steps > 0) return options.max_steps;
  return Math.ceil(options.num_train_epochs * stepsPerEpoch(orderOptions(options, rows)));
}

const orderOptions = (options: CommonOptions, rows: number) => ({
  rows,
  batchSize: options.per_device_train_batch_size,
  accumulation: options.gradient_accumulation_steps,
  shuffle: options.shuffle,
  seed: options.seed,
});

/** Options that change the numbers: a resume must have the same. */
function fingerprintOf(options: CommonOptions, rows: number): string {
  const { output_dir: _out, save_steps: _save, save_total_limit: _keep, ...rest } = options;
  return createHash('sha256')
    .update(JSON.stringify([rest, rows]))
    .digest('hex');
}

/** Trains to the end or to a stop. A stopped run leaves a checkpoint; a finished one the model in `outputDir`. */
export async function runSteps(parts: LoopParts, outputDir: string, control: TrainControl): Promise<TrainResult> {
  const { loaded, optimiser, options, rows } = parts;
  if (rows === 0) throw new ConfigError('no row of the dataset can be trained on: every one was dropped');
  const maxSteps = totalSteps(options, rows);
  const fingerprint = fingerprintOf(options, rows);
  const restored = control.resume ? loadCheckpoint(outputDir, loaded.model, optimiser, fingerprint) : undefined;
  let tokens = restored?.tokens ?? 0;
  const shape = {
    warmup: warmupSteps(options.warmup_steps, maxSteps),
    total: maxSteps,
    learningRate: options.learning_rate,
    options: options.lr_scheduler_kwargs,
  };
  const save = (step: number) => {
    const { folder, bytes } = saveCheckpoint(
      outputDir,
      loaded,
      optimiser,
      { step, tokens, fingerprint },
      options.save_total_limit,
    );
    control.emit({ type: 'checkpoint', step, folder, bytes });
  };
  control.emit({ type: 'started', maxSteps, rows, reference: parts.reference });
  const start = restored?.step ?? 0;
  if (start === 0) await look(parts, 0, control);
  for (let step = start; step < maxSteps; step++) {
    await control.breathe();
    if (control.stopRequested()) {
      save(step);
      return { status: 'stopped', steps: step, tokens };
    }
    const report = await parts.trainStep(microBatches(step, orderOptions(options, rows)));
    const learningRate = learningRateAt(options.lr_scheduler_type, step, shape);
    const norm = optimiser.step(learningRate);
    tokens += report.tokens;
    const done = step + 1;
    control.emit({
      type: 'metrics',
      step: done,
      evaluation: false,
      metrics: {
        ...report.metrics,
        grad_norm: norm,
        learning_rate: learningRate,
        num_tokens: tokens,
        epoch: done / stepsPerEpoch(orderOptions(options, rows)),
      },
    });
    if (done === maxSteps || (options.eval_steps > 0 && done % options.eval_steps === 0))
      await look(parts, done, control);
    if (options.save_steps > 0 && done % options.save_steps === 0 && done < maxSteps) save(done);
  }
  saveFinal(outputDir, loaded);
  return { status: 'finished', steps: maxSteps, tokens };
}

/** Evaluation and samples at one step. */
async function look(parts: LoopParts, step: number, control: TrainControl): Promise<void> {
  const found = await parts.evaluate?.();
  if (found) {
    const metrics = Object.fromEntries(Object.entries(found).map(([name, value]) => [`eval_${name}`, value]));
    control.emit({ type: 'metrics', step, evaluation: true, metrics });
  }
  const samples = await parts.sample?.(step);
  if (samples && samples.length > 0) control.emit({ type: 'samples', step, samples });
}

/** Plain mean over micro-batches of each metric (TRL's rule under accumulation). */
export function meanOf(reports: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const sums: Record<string, { total: number; count: number }> = {};
  for (const report of reports)
    for (const [name, value] of Object.entries(report)) {
      sums[name] ??= { total: 0, count: 0 };
      sums[name].total += value;
      sums[name].count++;
    }
  return Object.fromEntries(Object.entries(sums).map(([name, { total, count }]) => [name, total / count]));
}
