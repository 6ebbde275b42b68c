/** What a step and a whole run do, counted: passes with and without gradient, answers drawn, evaluations, checkpoints. Seconds are the business of whoever knows the machine. */
import { z } from 'zod';
import type { PassShape } from './method.ts';

/** Counted in rows of data (a pair is one row), passes and answers. */
export interface Work {
  /** Forward and backward passes over a batch of the policy, and of a critic of its size. */
  readonly passes: number;
  /** Times that the optimiser goes over all that is trained. */
  readonly updates: number;
  /** Rows in forward passes, by what they are for. */
  readonly forward: { readonly reference: number; readonly scoring: number; readonly annotator: number };
  /** Answers drawn, of this many tokens at most. */
  readonly answers: number;
  readonly tokens: number;
}

export interface RunWork {
  /** null where nothing says how many rows there are. */
  readonly steps: number | null;
  /** Rows that the reference scores once, before the first step. */
  readonly referenceRows: number;
  readonly evaluations: number;
  readonly evaluation: Work;
  readonly checkpoints: number;
}

export interface PlannedWork {
  readonly step: Work;
  readonly run: RunWork;
  /** Whether a person or a judge elsewhere answers within the step: how long that takes, nothing foretells. */
  readonly waits: boolean;
}

/** Rows there are, where they are known. */
export interface RowCounts {
  readonly rows: number | null;
  readonly held: number;
}

/** Options of all methods that decide how much is done; those a method does not have are at what does nothing. */
const counted = z.object({
  per_device_train_batch_size: z.number(),
  per_device_eval_batch_size: z.number().default(8),
  gradient_accumulation_steps: z.number(),
  dataloader_drop_last: z.boolean().optional(),
  max_steps: z.number().default(-1),
  num_train_epochs: z.number().default(3),
  eval_strategy: z.string().default('steps'),
  eval_steps: z.number().default(0),
  save_strategy: z.string().default('steps'),
  save_steps: z.number().default(0),
  sample_prompts: z.number().default(0),
  sample_max_new_tokens: z.number().default(48),
  eval_prompts: z.number().default(0),
  reference_free: z.boolean().default(false),
  precompute_ref_log_probs: z.boolean().optional(),
  sync_ref_model: z.boolean().default(false),
  num_generations: z.number().default(1),
  resample_every: z.number().default(1),
  offline_share: z.number().default(0),
  num_ppo_epochs: z.number().default(1),
  num_mini_batches: z.number().default(1),
  total_episodes: z.number().optional(),
  annotator: z.string().optional(),
  reward_model: z.string().optional(),
});

type Options = z.output<typeof counted>;

const NOTHING: Work = {
  passes: 0,
  updates: 0,
  forward: { reference: 0, scoring: 0, annotator: 0 },
  answers: 0,
  tokens: 0,
};

/** Annotators whose answer is waited for. */
const ELSEWHERE = ['human', 'llm_judge'];

/** Whether a model scores what is sampled; else a formula does, which costs nothing beside it. */
const scoredByModel = ({ annotator, reward_model }: Options): boolean =>
  annotator === undefined ? reward_model !== undefined : annotator === 'reward_model';

const referenceIsLive = ({ precompute_ref_log_probs, sync_ref_model }: Options): boolean =>
  !(precompute_ref_log_probs ?? !sync_ref_model);

/** Counts the work of a method with these options; `newTokens` is the limit of a sampled answer. */
export function planWork(pass: PassShape, config: object, counts: RowCounts, newTokens: number): PlannedWork {
  const options = counted.parse(config);
  return {
    step: pass.updates === 'policy' ? policyStep(pass, options, newTokens) : rowStep(pass, options, newTokens),
    run: runWork(pass, options, counts, newTokens),
    waits: options.annotator !== undefined && ELSEWHERE.includes(options.annotator),
  };
}

const batchRows = (options: Options): number =>
  options.per_device_train_batch_size * options.gradient_accumulation_steps;

/** PPO and RLOO: answers are drawn, scored and passed over without gradient once, then learnt from several times. */
function policyStep(pass: PassShape, options: Options, tokens: number): Work {
  const answers = batchRows(options);
  const rounds = options.num_ppo_epochs * options.gradient_accumulation_steps;
  const models = pass.critic ? 2 : 1;
  return {
    passes: rounds * models,
    updates: options.num_ppo_epochs * Math.min(answers, options.num_mini_batches) * models,
    forward: { reference: answers, scoring: answers * models, annotator: scoredByModel(options) ? answers : 0 },
    answers,
    tokens,
  };
}

/** Methods that learn from rows: fixed ones, or pairs of fresh answers, of which `resample_every` decides how often they are drawn. */
function rowStep(pass: PassShape, options: Options, tokens: number): Work {
  const rows = batchRows(options);
  const fresh = pass.samples ? rows - Math.round(options.offline_share * rows) : 0;
  // 0: all are drawn at the start, which comes to as many
  const answers = fresh * options.num_generations;
  const live = pass.reference === 'live' || (pass.reference === 'stored' && referenceIsLive(options));
  return {
    passes: options.gradient_accumulation_steps,
    updates: 1,
    forward: {
      reference: live && !options.reference_free ? rows * (pass.borrowed ? 2 : 1) : 0,
      scoring: pass.borrowed ? rows : 0,
      // an answer is half a pair
      annotator: scoredByModel(options) ? answers / pass.sequencesPerRow : 0,
    },
    answers,
    tokens,
  };
}

function runWork(pass: PassShape, options: Options, { rows, held }: RowCounts, newTokens: number): RunWork {
  const perEpoch = rows === null ? null : Math.max(1, Math.ceil(usedRows(options, rows) / stepRows(pass, options)));
  const steps = stepsOf(options, perEpoch, stepRows(pass, options));
  const stored = pass.reference === 'stored' && !referenceIsLive(options) && !options.reference_free;
  // rows left out of one epoch come in another, so that from a whole epoch on all are scored
  const early = perEpoch !== null && steps !== null && steps < perEpoch;
  const reached = rows === null || steps === null ? 0 : early ? Math.min(rows, steps * batchRows(options)) : rows;
  const evaluations = evaluationsOf(options, steps, perEpoch);
  return {
    steps,
    referenceRows: stored ? (reached + held) * (pass.borrowed ? 2 : 1) : 0,
    evaluations,
    evaluation: evaluationWork(pass, options, held, newTokens),
    checkpoints:
      1 + dueTimes(options.save_strategy, options.save_steps, steps, perEpoch).filter((at) => at !== steps).length,
  };
}

/** Rows of an epoch that are trained on: without the last batch where that is not full and is to be dropped. */
const usedRows = ({ dataloader_drop_last, per_device_train_batch_size: batch }: Options, rows: number): number =>
  dataloader_drop_last ? rows - (rows % batch) : rows;

/** Rows (or prompts) that a step uses up. */
const stepRows = (pass: PassShape, options: Options): number =>
  pass.updates === 'policy' ? Math.max(1, batchRows(options) / options.num_generations) : batchRows(options);

function stepsOf(options: Options, perEpoch: number | null, perStep: number): number | null {
  if (options.max_steps > 0) return options.max_steps;
  if (options.total_episodes !== undefined) return Math.ceil(options.total_episodes / perStep);
  return perEpoch === null ? null : Math.ceil(options.num_train_epochs * perEpoch);
}

/** Steps after which something is due, as the loop has it: every so many, below 1 a share of all, or after each epoch. */
function dueTimes(strategy: string, every: number, steps: number | null, perEpoch: number | null): number[] {
  if (steps === null || strategy === 'no') return [];
  const interval = strategy === 'epoch' ? (perEpoch ?? 0) : every < 1 ? Math.ceil(every * steps) : every;
  if (interval <= 0) return [];
  return Array.from({ length: Math.floor(steps / interval) }, (_, i) => (i + 1) * interval);
}

/** At the start and at the end besides. */
function evaluationsOf(options: Options, steps: number | null, perEpoch: number | null): number {
  const due = dueTimes(options.eval_strategy, options.eval_steps, steps, perEpoch);
  return 2 + due.filter((at) => at !== steps).length;
}

/** Held-out rows run through the step's own graph; prompts are answered, and of methods with a reference scored by both models. */
function evaluationWork(pass: PassShape, options: Options, held: number, newTokens: number): Work {
  const evaluates = options.eval_strategy !== 'no';
  const answered = evaluates ? options.eval_prompts : 0;
  const rows = evaluates && !pass.samples ? held : 0;
  const answers = answered + options.sample_prompts;
  return {
    ...NOTHING,
    passes: rows / options.per_device_train_batch_size,
    forward: {
      reference: answered / pass.sequencesPerRow + (pass.reference === 'stored' && referenceIsLive(options) ? rows : 0),
      scoring: answered / pass.sequencesPerRow + (pass.borrowed ? rows : 0),
      annotator: scoredByModel(options) ? answered / pass.sequencesPerRow : 0,
    },
    answers,
    tokens: answered > 0 ? newTokens : options.sample_max_new_tokens,
  };
}
