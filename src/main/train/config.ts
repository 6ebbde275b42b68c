/** Options that every training method shares, under TRL's and transformers' names, with what the form needs to show them. */
import { z } from 'zod';
import { meant } from '../base/registry.ts';
import { type ScheduleOptions, scheduleProblem, schedules } from '../engine/optim/schedules.ts';
import { foreignNames, translateForeign } from './foreign-options.ts';
import { loraOptions } from './lora-options.ts';

/** Metadata of one option: human title, one sentence, unit, form group, whether the short form shows it. */
const about = (title: string, description: string, group: string, more: { unit?: string; common?: boolean } = {}) => ({
  title,
  description,
  group,
  ...more,
});

const text = z.string().min(1);
const names = schedules.all.map((s) => s.id) as [string, ...string[]];

/** A whole number of steps, or a share of all of them. */
const stepCount = z
  .number()
  .min(0)
  .refine((n) => n < 1 || Number.isInteger(n), 'expected a whole number of steps, or a share below 1')
  .default(0);

export const commonOptions = {
  method: text.meta(about('Method', 'How the model is trained.', 'Model')),
  model: text.optional().meta(
    about('Model', 'Where training starts: a folder, a file, or a model of the workspace.', 'Model', {
      common: true,
    }),
  ),
  tokenizer: text.optional().meta(about('Tokenizer', 'Tokenizer file of a model that has none of its own.', 'Model')),
  dataset: text.meta(about('Data', 'A file, or a dataset of the workspace.', 'Model', { common: true })),
  eval_dataset: text.optional().meta(about('Evaluation data', 'Rows held out from training.', 'Evaluation')),
  output_dir: text.optional().meta(about('Output folder', 'Where the trained model is written.', 'Model')),
  ...loraOptions,
  seed: z
    .int()
    .default(42)
    .meta(about('Seed', 'Same seed, same bits.', 'Training', { common: true })),
  shuffle: z
    .boolean()
    .default(true)
    .meta(about('Shuffle', 'A fresh order every epoch; off keeps the order of the data.', 'Training')),
  max_length: z
    .int()
    .min(2)
    .nullable()
    .default(1024)
    .meta(
      about('Longest sequence', 'Prompt and answer together; longer ones are cut.', 'Training', {
        unit: 'tokens',
        common: true,
      }),
    ),
  learning_rate: z
    .number()
    .min(0)
    .meta(about('Learning rate', 'Step size of AdamW at its highest.', 'Training', { common: true })),
  lr_scheduler_type: z
    .enum(names)
    .default('linear')
    .meta(about('Schedule', 'How the learning rate changes over the run.', 'Training')),
  lr_scheduler_kwargs: z
    .record(z.string(), z.union([z.number(), z.string()]))
    .default({})
    .meta(about('Schedule options', "The schedule's own numbers.", 'Training')),
  warmup_steps: z
    .number()
    .min(0)
    .default(0)
    .meta(about('Warm-up', 'Steps until the full rate; below 1 a share of all steps.', 'Training', { unit: 'steps' })),
  weight_decay: z
    .number()
    .min(0)
    .default(0)
    .meta(about('Weight decay', 'Decoupled; not on biases and norms.', 'Training')),
  adam_beta1: z
    .number()
    .min(0)
    .lt(1)
    .default(0.9)
    .meta(about('Adam β₁', 'Memory of the mean gradient.', 'Training')),
  adam_beta2: z
    .number()
    .min(0)
    .lt(1)
    .default(0.999)
    .meta(about('Adam β₂', 'Memory of the squared gradient.', 'Training')),
  adam_epsilon: z
    .number()
    .positive()
    .default(1e-8)
    .meta(about('Adam ε', 'Keeps the division finite.', 'Training')),
  max_grad_norm: z
    .number()
    .min(0)
    .nullable()
    .default(1)
    .meta(about('Gradient clipping', 'Largest norm of all gradients together; 0 or empty = none.', 'Training')),
  frozen_weights: z
    .array(text)
    .optional()
    .meta(
      about(
        'Frozen weights',
        'Weights whose name contains one of these stay as they are, e.g. embed_tokens; gradients of the others are as ever.',
        'Training',
      ),
    ),
  gradient_checkpointing: z
    .union([z.boolean(), z.literal('auto')])
    .default(false)
    .meta(
      about(
        'Gradient checkpointing',
        'Layers are computed again in the backward pass instead of kept: less memory, about a third more time, the same numbers. auto: where the run would not fit otherwise.',
        'Training',
      ),
    ),
  per_device_train_batch_size: z
    .int()
    .min(1)
    .default(8)
    .meta(about('Batch size', 'Rows in one forward pass.', 'Training', { unit: 'rows', common: true })),
  gradient_accumulation_steps: z
    .int()
    .min(1)
    .default(1)
    .meta(about('Accumulation', 'Forward passes whose gradients make one step.', 'Training')),
  num_train_epochs: z
    .number()
    .positive()
    .default(3)
    .meta(about('Epochs', 'Passes over the data, unless the steps are given.', 'Training', { common: true })),
  max_steps: z
    .int()
    .default(-1)
    .meta(about('Steps', 'Optimiser steps; −1 = by epochs.', 'Training', { unit: 'steps', common: true })),
  per_device_eval_batch_size: z
    .int()
    .min(1)
    .default(8)
    .meta(about('Evaluation batch size', 'Rows in one forward pass of an evaluation.', 'Evaluation', { unit: 'rows' })),
  eval_strategy: z
    .enum(['no', 'steps', 'epoch'])
    .default('steps')
    .meta(
      about(
        'Evaluate by',
        'no: never. steps: at start, end and every so many steps. epoch: after each pass.',
        'Evaluation',
      ),
    ),
  eval_steps: stepCount.meta(
    about(
      'Evaluate every',
      'Steps between evaluations; 0 = at start and end only; below 1 a share of all steps.',
      'Evaluation',
      { unit: 'steps' },
    ),
  ),
  save_strategy: z
    .enum(['no', 'steps', 'epoch'])
    .default('steps')
    .meta(about('Save by', 'no: at the end only. steps: every so many. epoch: after each pass.', 'Training')),
  save_steps: stepCount.meta(
    about('Save every', 'Steps between checkpoints; 0 = at the end only; below 1 a share of all steps.', 'Training', {
      unit: 'steps',
    }),
  ),
  save_total_limit: z
    .int()
    .min(1)
    .nullable()
    .default(2)
    .meta(about('Keep', 'Latest checkpoints that are kept; empty = all.', 'Training')),
  sample_prompts: z
    .int()
    .min(0)
    .max(32)
    .default(0)
    .meta(about('Sample prompts', 'Prompts answered at every evaluation.', 'Evaluation')),
  sample_max_new_tokens: z
    .int()
    .min(1)
    .default(48)
    .meta(about('Longest sample', 'Tokens of a sample.', 'Evaluation', { unit: 'tokens' })),
  sample_temperature: z
    .number()
    .min(0)
    .default(1)
    .meta(about('Sample temperature', '0 = the likeliest token.', 'Evaluation')),
} as const;

/** Of methods that train on rows. Optional, so that configs without it keep the fingerprint of their checkpoints. */
export const rowOptions = {
  dataloader_drop_last: z
    .boolean()
    .optional()
    .meta(
      about('Drop the last batch', 'Leaves out the last batch of an epoch where it would not be full.', 'Training'),
    ),
} as const;

/** `model` where a method cannot do without one. */
export const modelOption = text.meta(commonOptions.model.meta() ?? {});

export type CommonOptions = z.output<z.ZodObject<typeof commonOptions>>;

/** A config that cannot be used: exit code 2. `details` lists every problem. */
export class ConfigError extends Error {
  readonly code = 'bad_config';
  readonly exitCode = 2;
  readonly details: unknown;
  constructor(message: string, details?: unknown) {
    super(message);
    this.name = 'ConfigError';
    this.details = details;
  }
}

/**
 * Parses a flat config. Options of TRL that change nothing here are left out (`ignoredOptions` names them), those that would are refused; an
 * unknown key is an error that names a known one like it, a wrong value one that names key and fix. null, Python's None, is the default
 * wherever it is no value of its own.
 */
export function parseConfig<T extends z.ZodRawShape>(
  schema: z.ZodObject<T>,
  config: Readonly<Record<string, unknown>>,
): z.output<z.ZodObject<T>> {
  const known = Object.keys(schema.shape);
  const translated = translateForeign(config, known);
  for (const key of Object.keys(translated.config))
    if (!known.includes(key))
      throw new ConfigError(`unknown option "${key}"${meant(key, [...known, ...foreignNames])}`, { key });
  const parsed = schema.safeParse(withoutNulls(translated.config, schema.shape));
  const problems = [
    ...translated.problems,
    ...(parsed.error?.issues ?? []).map(describeIssue),
    ...(parsed.success ? scheduleProblems(parsed.data) : []),
  ];
  if (parsed.success && problems.length === 0) return parsed.data;
  throw new ConfigError(problems.join('; '), { problems });
}

/** Of the schedule's own numbers; a schedule that does not read one would ignore it silently. */
function scheduleProblems({ lr_scheduler_type: name, lr_scheduler_kwargs: kwargs }: Record<string, unknown>): string[] {
  if (typeof name !== 'string' || !schedules.has(name)) return [];
  const problem = scheduleProblem(name, (kwargs ?? {}) as ScheduleOptions);
  return problem === undefined ? [] : [`lr_scheduler_kwargs: ${problem}`];
}

/** Keys of a config that have no effect here, for a line in the log. */
export const ignoredOptions = (schema: z.ZodObject, config: Readonly<Record<string, unknown>>): readonly string[] =>
  translateForeign(config, Object.keys(schema.shape)).ignored;

function withoutNulls(config: Readonly<Record<string, unknown>>, shape: z.ZodRawShape): Record<string, unknown> {
  const takesNull = (key: string) => shape[key] instanceof z.ZodType && shape[key].safeParse(null).success;
  return Object.fromEntries(Object.entries(config).filter(([key, value]) => value !== null || takesNull(key)));
}

/** "key: what is wrong"; of a union, what is wrong with each alternative of the value's own kind. */
export function describeIssue(issue: z.core.$ZodIssue): string {
  const key = issue.path.join('.');
  if (issue.code !== 'invalid_union') return `${key}: ${issue.message}`;
  const inner = issue.errors.flat();
  const fitting = inner.filter((i) => i.code !== 'invalid_type');
  return `${key}: ${[...new Set((fitting.length > 0 ? fitting : inner).map((i) => i.message))].join(', or ')}`;
}
