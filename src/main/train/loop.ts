/** The walk from step to step that all methods share: schedule, evaluation, checkpoints, resume, stop; and the order of rows for those that have rows. */
import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { median } from '../base/statistics.ts';
import type { Tensor } from '../engine/graph/value.ts';
import { learningRateAt, warmupSteps } from '../engine/optim/schedules.ts';
import { loadCheckpoint, saveCheckpoint, saveFinal } from './checkpoint.ts';
import { type CommonOptions, ConfigError } from './config.ts';
import { allFinite, Diverged } from './diverged.ts';
import type { LoadedModel } from './load-model.ts';
import { StoppedWaiting, type TrainControl, type TrainResult, type TrainSample } from './method.ts';
import type { Optimiser } from './optimiser.ts';
import { microBatches, stepsPerEpoch } from './order.ts';
import { timeStep } from './step-times.ts';

export interface StepReport {
  /** Metrics of this step under TRL's names; loss included. */
  readonly metrics: Readonly<Record<string, number>>;
  /** Real tokens of the step. */
  readonly tokens: number;
}

/** Methods that sample need no dataset. */
export type LoopOptions = Omit<CommonOptions, 'dataset'> & {
  readonly dataset?: string;
  readonly dataloader_drop_last?: boolean;
};

export interface LoopParts {
  readonly loaded: LoadedModel;
  readonly optimiser: Optimiser;
  readonly options: LoopOptions;
  /** Rows (or prompts) that are trained on. */
  readonly rows: number;
  readonly maxSteps: number;
  readonly stepsPerEpoch: number;
  /** Name of the reference model, for the run page; null where none exists. */
  readonly reference: string | null;
  /** Trains the 0-based step at this rate, the optimiser's steps included. */
  trainStep(step: number, learningRate: number): Promise<StepReport>;
  /** Metrics on held-out rows, without the "eval_" prefix; undefined when there are none. */
  evaluate?(step: number): Promise<Readonly<Record<string, number>>>;
  sample?(step: number): Promise<readonly TrainSample[]>;
  /** Models trained beside `loaded`, by folder name: saved in a folder of their own within each checkpoint and the result. */
  readonly beside?: Readonly<Record<string, LoadedModel>>;
  /** Called after the last step: the model to save instead of `loaded`. */
  finish?(): Promise<LoadedModel>;
  /** What a resume needs besides weights, moments and step; JSON. */
  readonly memory?: { save(): unknown; restore(saved: unknown): void };
}

/** Parts of a method that trains on rows: it leaves the gradients of a step in the optimiser, which then takes the step. */
export interface RowParts extends Omit<LoopParts, 'maxSteps' | 'stepsPerEpoch' | 'trainStep'> {
  /** Runs the micro-batches of the 0-based step. */
  trainStep(batches: readonly (readonly number[])[], step: number): Promise<StepReport>;
  /** Called after the optimiser's step; `done` counts from 1. */
  afterStep?(done: number): void;
}

/** Optimiser steps a config asks for. */
export function totalSteps(options: LoopOptions, rows: number): number {
  if (options.max_steps > 0) return options.max_steps;
  return Math.ceil(options.num_train_epochs * stepsPerEpoch(orderOptions(options, rows)));
}

const orderOptions = (options: LoopOptions, rows: number) => ({
  rows,
  batchSize: options.per_device_train_batch_size,
  accumulation: options.gradient_accumulation_steps,
  shuffle: options.shuffle,
  seed: options.seed,
  dropLast: options.dataloader_drop_last,
});

/** Which rows a run of these options trains on: all, unless it ends within the first epoch. */
export function rowsReached<Row>(options: LoopOptions, rows: readonly Row[]): readonly Row[] {
  if (rows.length === 0) return rows;
  const order = orderOptions(options, rows.length);
  const steps = totalSteps(options, rows.length);
  if (steps >= stepsPerEpoch(order)) return rows;
  const reached = new Set(Array.from({ length: steps }, (_, step) => microBatches(step, order)).flat(2));
  return rows.filter((_, i) => reached.has(i));
}

/** Options that name a model. */
const MODEL_KEYS = ['model', 'ref_model', 'reward_model', 'value_model', 'adapter'];

/** The last folder of each model's place, which stays when the workspace moves or the model gets another name. */
function modelFolders(options: object, { resolvePath }: Pick<TrainControl, 'resolvePath'>): Record<string, string> {
  const named = Object.entries(options).filter(([key]) => MODEL_KEYS.includes(key));
  return Object.fromEntries(
    named.flatMap(([key, name]) => (typeof name === 'string' ? [[key, basename(resolvePath(name))]] : [])),
  );
}

/** Of the options that change the numbers, which a resume must have as they were: with models by folder, and as older checkpoints have it, by name. */
function fingerprintsOf(options: LoopOptions, rows: number, control: Pick<TrainControl, 'resolvePath'>) {
  const {
    output_dir: _out,
    gradient_checkpointing: _recompute,
    save_strategy: _by,
    save_steps: _save,
    save_total_limit: _keep,
    ...rest
  } = options;
  const hash = (what: object) =>
    createHash('sha256')
      .update(JSON.stringify([what, rows]))
      .digest('hex');
  return [hash({ ...rest, ...modelFolders(rest, control) }), hash(rest)] as const;
}

/** Trains on rows, in an order that follows from seed and step. */
export function runSteps(parts: RowParts, outputDir: string, control: TrainControl): Promise<TrainResult> {
  const { optimiser, options, rows } = parts;
  if (rows === 0) throw new ConfigError('the dataset has no row to train on');
  const order = orderOptions(options, rows);
  if (stepsPerEpoch(order) === 0)
    throw new ConfigError(
      `dataloader_drop_last leaves no row: there are ${rows}, a batch has ${options.per_device_train_batch_size}`,
    );
  const trainStep = async (step: number, learningRate: number): Promise<StepReport> => {
    const report = await parts.trainStep(microBatches(step, order), step);
    const norm = optimiser.step(learningRate);
    parts.afterStep?.(step + 1);
    return { ...report, metrics: { ...report.metrics, grad_norm: norm } };
  };
  const whole = { ...parts, maxSteps: totalSteps(options, rows), stepsPerEpoch: stepsPerEpoch(order), trainStep };
  return runLoop(whole, outputDir, control);
}

/** Trains to the end or to a stop. A stopped run leaves a checkpoint; a finished one the model in `outputDir`. */
export async function runLoop(parts: LoopParts, outputDir: string, control: TrainControl): Promise<TrainResult> {
  const { loaded, optimiser, options, rows, maxSteps } = parts;
  const fingerprints = fingerprintsOf(options, rows, control);
  const [fingerprint] = fingerprints;
  const saved = { loaded, optimiser, beside: parts.beside };
  const restored = control.resume ? loadCheckpoint(outputDir, saved, fingerprints) : undefined;
  if (restored) parts.memory?.restore(restored.memory);
  let tokens = restored?.tokens ?? 0;
  const shape = {
    warmup: warmupSteps(options.warmup_steps, maxSteps),
    total: maxSteps,
    learningRate: options.learning_rate,
    options: options.lr_scheduler_kwargs,
  };
  const save = (step: number, more: { owesEvaluation?: boolean } = {}) => {
    const state = { step, tokens, fingerprint, memory: parts.memory?.save(), ...more };
    const { folder, bytes } = saveCheckpoint(outputDir, saved, state, options.save_total_limit);
    control.emit({ type: 'checkpoint', step, folder, bytes });
  };
  control.emit({ type: 'started', maxSteps, rows, reference: parts.reference });
  const start = restored?.step ?? 0;
  const times: number[] = [];
  const secondsPerStep = () => (times.length === 0 ? null : median(times));
  const stoppedAt = (step: number, owes: { owesEvaluation?: boolean } = {}): TrainResult => {
    save(step, owes);
    return { status: 'stopped', steps: step, tokens, secondsPerStep: secondsPerStep() };
  };
  const looksFirst = start === 0 || restored?.owesEvaluation === true;
  if (looksFirst && !(await look(parts, start, control, tokens))) return stoppedAt(start, { owesEvaluation: true });
  for (let step = start; step < maxSteps; step++) {
    await control.breathe();
    if (control.stopRequested()) return stoppedAt(step);
    const learningRate = learningRateAt(options.lr_scheduler_type, step, shape);
    const updates = optimiser.steps;
    const timed = await timeStep(() => parts.trainStep(step, learningRate)).catch((error: unknown) => {
      if (error instanceof StoppedWaiting) return undefined;
      if (!(error instanceof Diverged)) throw error;
      // a step in the middle of its updates has no place to go on from
      const whole = optimiser.steps === updates && allFinite([optimiser.model]);
      if (whole && step > start) save(step);
      throw divergedAt(step, error, whole && step > 0);
    });
    if (!timed) return stoppedAt(step);
    const { result: report } = timed;
    times.push(timed.times.seconds);
    tokens += report.tokens;
    const done = step + 1;
    const epoch = done / parts.stepsPerEpoch;
    const metrics = { ...report.metrics, learning_rate: learningRate, num_tokens: tokens, epoch };
    control.emit({ type: 'metrics', step: done, evaluation: false, metrics, times: timed.times.metrics });
    const wholeEpoch = done % parts.stepsPerEpoch === 0;
    if (done === maxSteps || isDue(options.eval_strategy, options.eval_steps, done, maxSteps, wholeEpoch))
      if (!(await look(parts, done, control, tokens))) return stoppedAt(done, { owesEvaluation: true });
    if (done < maxSteps && isDue(options.save_strategy, options.save_steps, done, maxSteps, wholeEpoch)) save(done);
  }
  saveFinal(outputDir, { ...saved, loaded: (await parts.finish?.()) ?? loaded });
  return { status: 'finished', steps: maxSteps, tokens, secondsPerStep: secondsPerStep() };
}

const divergedAt = (step: number, { message }: Diverged, kept: boolean): Diverged =>
  new Diverged(
    `training diverged in step ${step + 1}: ${message}. ${kept ? `The weights before it are kept as checkpoint ${step}. ` : ''}Lower learning_rate or max_grad_norm, or look at the rewards and the rows of that step.`,
  );

/** Whether something done every so many steps (below 1: a share of all steps, rounded up) or every epoch comes after this step. */
function isDue(strategy: 'no' | 'steps' | 'epoch', every: number, done: number, all: number, wholeEpoch: boolean) {
  if (strategy !== 'steps') return strategy === 'epoch' && wholeEpoch;
  const interval = every < 1 ? Math.ceil(every * all) : every;
  return interval > 0 && done % interval === 0;
}

/** Evaluation and samples at one step, `tokens` trained on until then; false when a stop was asked for while it waited: nothing of it is told then. */
async function look(parts: LoopParts, step: number, control: TrainControl, tokens: number): Promise<boolean> {
  try {
    await evaluateAt(parts, step, control, tokens);
    return true;
  } catch (error) {
    if (error instanceof StoppedWaiting) return false;
    throw error;
  }
}

async function evaluateAt(parts: LoopParts, step: number, control: TrainControl, tokens: number): Promise<void> {
  const found = parts.options.eval_strategy === 'no' ? undefined : await parts.evaluate?.(step);
  const samples = await parts.sample?.(step);
  if (found) {
    const metrics = Object.fromEntries(
      Object.entries({ ...found, num_tokens: tokens }).map(([name, value]) => [`eval_${name}`, value]),
    );
    control.emit({ type: 'metrics', step, evaluation: true, metrics });
  }
  if (samples && samples.length > 0) control.emit({ type: 'samples', step, samples });
}

/** What a forward and backward pass over one micro-batch gives. */
export interface BatchResult {
  /** Outputs of the graph, the gradients among them. */
  readonly found: Readonly<Record<string, Tensor>>;
  readonly metrics: Readonly<Record<string, number>>;
  readonly loss: number;
  readonly tokens: number;
}

/** A step that is the mean of its micro-batches' means (TRL's rule); `run` gets a micro-batch's rows and its share of the step. */
export async function meanOfBatches<Row>(
  batches: readonly (readonly Row[])[],
  run: (batch: readonly Row[], share: number) => Promise<BatchResult>,
  optimiser: Optimiser,
): Promise<StepReport> {
  const reports: Readonly<Record<string, number>>[] = [];
  let loss = 0;
  let tokens = 0;
  for (const batch of batches) {
    const result = await run(batch, 1 / batches.length);
    optimiser.accumulate(result.found);
    reports.push(result.metrics);
    loss += result.loss;
    tokens += result.tokens;
  }
  return { metrics: { loss, ...meanOf(reports) }, tokens };
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
