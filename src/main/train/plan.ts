/** What a run will need before it starts: memory by what it is for, and the work of a step, from the graph it will run. */
import { z } from 'zod';
import type { RowTexts } from '../data/store/pairs.ts';
import { peakBytes } from '../engine/graph/memory.ts';
import type { Graph } from '../engine/graph/value.ts';
import { type LanguageModel, parameterCount, trainable } from '../engine/models/language-model.ts';
import { scoreRows } from '../engine/models/score-head.ts';
import { answerLimit } from '../evaluate/task-samples.ts';
import { tasks } from '../tasks/index.ts';
import { commonOptions, modelOption, parseConfig } from './config.ts';
import { loraOptions } from './lora-options.ts';
import type { Method, PassShape, TrainControl } from './method.ts';
import { type PlannedWork, planWork, type RowCounts } from './plan-work.ts';
import { openPolicy } from './policy.ts';
import { samplingBytes } from './rollouts/quantised-sampling.ts';
import { buildObjectiveGraph, buildStepGraph } from './step-graph.ts';

/** Bytes by what they are for. */
export interface MemoryParts {
  readonly weights: number;
  /** Frozen matrices once more, as the runtime multiplies with them: for the forward and for the backward pass. */
  readonly packed: number;
  /** Moments and gradients. */
  readonly optimiser: number;
  /** Other models held while this one trains. */
  readonly beside: number;
  readonly activations: number;
  readonly program: number;
}

export interface TrainingPlan {
  readonly parameters: number;
  /** Numbers that training moves. */
  readonly trained: number;
  /** Sequences in one forward and backward pass, and the longest they may be, in tokens. */
  readonly sequences: number;
  readonly length: number;
  /** With the longest rows in one pass: what the run may come to, not what it must. */
  readonly memory: MemoryParts;
  /** What a step and the whole run do. */
  readonly work: PlannedWork;
  /** Gradient checkpointing. */
  readonly recompute: boolean;
  /** A pass's graph and the sizes that its symbols have with rows of middling length: what its work is counted on. */
  readonly graph: Graph;
  readonly sizes: ReadonlyMap<string, number>;
  /** The same without gradients, and rows of the data in it. */
  readonly forward: Graph;
  readonly rowsPerPass: number;
  readonly vocabulary: number;
  /** What a checkpoint writes. */
  readonly checkpointBytes: number;
}

/** What every method's options have in common that a plan depends on. */
const planned = z.object({
  ...loraOptions,
  model: modelOption,
  tokenizer: commonOptions.tokenizer,
  seed: commonOptions.seed,
  max_length: commonOptions.max_length,
  gradient_checkpointing: commonOptions.gradient_checkpointing,
  per_device_train_batch_size: commonOptions.per_device_train_batch_size,
  per_device_eval_batch_size: commonOptions.per_device_eval_batch_size,
  gradient_accumulation_steps: commonOptions.gradient_accumulation_steps,
  ref_model: z.string().optional(),
  generation_weight_bits: z.literal([32, 8, 4]).default(32),
});

/** Options of the method; what decides how much work there is, `planWork` reads out of them. */
export type PlanOptions = Pick<
  z.output<typeof planned>,
  'per_device_train_batch_size' | 'per_device_eval_batch_size' | 'gradient_accumulation_steps' | 'ref_model'
> & { readonly generation_weight_bits?: 32 | 8 | 4 };

/** A sequence as a plan sees it: its tokens, and where the scored ones begin. */
export interface SizedRow {
  readonly ids: { readonly length: number };
  readonly start: number;
}

/** Rows of the data, each the sequences it puts into a pass. */
export interface PlannedRows {
  readonly rows: readonly (readonly SizedRow[])[];
  readonly held?: readonly (readonly SizedRow[])[];
  /** How many there are in truth, where `rows` are some of them. */
  readonly counts?: RowCounts;
  /** Limit of an answer that is sampled. */
  readonly newTokens?: number;
}

/** The program itself with the runtime loaded and a dataset read, measured. */
const PROGRAM_BYTES = 250e6;
/** The runtime's pools keep what passes of other lengths took: SmolLM2-135M's step takes 1.0 to 1.25 times what lives at once, over passes of many lengths up to 1.4. */
const POOLS = 1.25;

/** Peak memory of the whole process. */
export const peakMemory = ({ memory }: Pick<TrainingPlan, 'memory'>): number =>
  Object.values(memory).reduce((sum, bytes) => sum + bytes, 0);

/** A pass of this model over these rows, kept whole or computed again. */
export function planPass(
  model: LanguageModel,
  pass: PassShape,
  options: PlanOptions,
  { rows, held = [], counts = { rows: rows.length, held: held.length }, newTokens = SAMPLED_TOKENS }: PlannedRows,
  recompute: boolean,
): TrainingPlan {
  const batch = options.per_device_train_batch_size;
  const length = [...rows, ...held].reduce((most, row) => Math.max(most, longestOf(row)), 1);
  const graph = passGraph(model, length, pass, { recompute });
  const bytes = Math.max(
    ...[largestBatch(rows, batch, pass), largestBatch(held, options.per_device_eval_batch_size, pass)].map((sizes) =>
      sizes.get('B') === 0 ? 0 : peakBytes(graph, sizes),
    ),
  );
  const weights = 4 * parameterCount(model);
  const trained = [...trainable(model).weights.values()].reduce((sum, data) => sum + data.length, 0);
  const accumulation = options.gradient_accumulation_steps;
  const others = (options.ref_model === undefined ? 0 : 1) + (model.adapter ? 0 : pass.modelsBeside);
  return {
    parameters: weights / 4,
    trained,
    sequences: pass.sequencesPerRow * batch,
    length,
    memory: {
      weights,
      packed: model.adapter ? 2 * weights : 0,
      optimiser: 4 * trained * (accumulation > 1 ? 4 : 3),
      beside: others * weights + samplingBytes(model, options.generation_weight_bits ?? 32),
      activations: Math.round(POOLS * bytes),
      program: PROGRAM_BYTES,
    },
    work: planWork(pass, options, counts, newTokens),
    recompute,
    graph,
    sizes: middlingBatch(rows, batch, pass),
    forward: passGraph(model, length, pass, { recompute: false, forwardOnly: true }),
    rowsPerPass: Math.max(1, Math.min(batch, rows.length)),
    vocabulary: model.config.vocabulary,
    checkpointBytes: weights + 8 * trained * (pass.critic ? 2 : 1) + (pass.critic ? weights : 0),
  };
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, x) => total + x, 0);

/** Tokens that a row puts into a packed pass: what its sequences share, their prompt, counts once. */
const packedTokens = (row: readonly SizedRow[]): number =>
  sum(row.map(({ ids }) => ids.length)) - (row.length - 1) * Math.min(...row.map(({ start }) => start));
const longestOf = (row: readonly SizedRow[]): number => Math.max(...row.map(({ ids }) => ids.length));
const scoredOf = (row: readonly SizedRow[]): number =>
  sum(row.map(({ ids, start }) => ids.length - Math.max(1, start)));

function sizesOf(rows: number, length: number, tokens: number, scored: number, pass: PassShape) {
  const sequences = rows * pass.sequencesPerRow;
  const whole = (size: number) => Math.max(1, Math.round(size));
  return new Map([
    ['B', sequences],
    ['T', whole(length)],
    ['N', whole(tokens)],
    ['M', pass.head === 'score' ? sequences : whole(scored)],
  ]);
}

/** A pass in which the largest rows meet. */
function largestBatch(rows: readonly (readonly SizedRow[])[], batch: number, pass: PassShape) {
  const most = (of: (row: readonly SizedRow[]) => number) =>
    rows
      .map(of)
      .sort((a, b) => b - a)
      .slice(0, batch);
  return sizesOf(
    Math.min(batch, rows.length),
    most(longestOf)[0] ?? 1,
    sum(most(packedTokens)),
    sum(most(scoredOf)),
    pass,
  );
}

/** A pass over rows of mean size; padded ones are as long as the longest of a batch, about the mean of the longer half. */
function middlingBatch(rows: readonly (readonly SizedRow[])[], batch: number, pass: PassShape) {
  const mean = (numbers: readonly number[]) => sum(numbers) / Math.max(1, numbers.length);
  const lengths = rows.map(longestOf).sort((a, b) => b - a);
  const length = batch === 1 ? mean(lengths) : mean(lengths.slice(0, Math.ceil(lengths.length / 2)));
  const count = Math.min(batch, rows.length);
  return sizesOf(count, length, count * mean(rows.map(packedTokens)), count * mean(rows.map(scoredOf)), pass);
}

/** Rows of the data as text; without any, rows are as long as the config allows. */
export interface PlannedTexts {
  /** Rows of every kind, which say what a middling pass is. */
  readonly spread: readonly RowTexts[];
  readonly longest: readonly RowTexts[];
  /** How many rows there are. */
  readonly total: number;
  /** Rows held out from training. */
  readonly held?: number;
}

/** Tokens of an answer that is sampled, where the config does not say (as in `rollouts/experience.ts`). */
const SAMPLED_TOKENS = 53;
/** Prompts of a built-in task that tell how long its prompts are. */
const TASK_PROMPTS = 64;

/**
 * Before a run: reads the shapes of the model and tokenises `texts`; without them rows are `max_length` tokens, or what the model's context leaves of it.
 * Throws what the run itself would throw about model and options.
 */
export function planTraining(
  method: Method,
  config: Readonly<Record<string, unknown>>,
  control: TrainControl,
  known: { readonly texts?: PlannedTexts; readonly counts?: RowCounts; readonly recompute?: boolean } = {},
): TrainingPlan {
  const parsed: Readonly<Record<string, unknown>> = parseConfig(method.params, config);
  const options = planned.parse(parsed);
  const { model, tokenizer } = openPolicy(options, { ...control, shapesOnly: true }, method.pass.head);
  const { context } = model.config;
  const limit = Math.min(options.max_length ?? context, context);
  const recompute = known.recompute ?? options.gradient_checkpointing === true;
  const task = typeof parsed.task === 'string' ? tasks.get(parsed.task) : undefined;
  const newTokens = Number(parsed.response_length ?? (task ? answerLimit(task, tokenizer) : SAMPLED_TOKENS));
  const sampled = method.pass.samples ? newTokens : null;
  const row = (sizes: readonly number[], start: number): SizedRow[] =>
    Array.from({ length: method.pass.sequencesPerRow }, (_, i) => ({
      ids: { length: Math.min(limit, sizes[i] ?? sizes[0] ?? limit) },
      start: Math.min(limit, start),
    }));
  const count = (text: string) => tokenizer.encode(text).ids.length;
  const rowOf = ({ prompt, answers }: RowTexts) => {
    const start = count(prompt);
    return row(sampled === null ? answers.map((answer) => start + count(answer)) : [start + sampled], start);
  };
  const batch = options.per_device_train_batch_size;
  const prompts = task && sampled !== null ? task.prompts('train', TASK_PROMPTS, options.seed) : [];
  const ofTask = { spread: prompts.map((prompt) => ({ prompt, answers: [] })), longest: [], total: null, held: 0 };
  const { spread, longest, total, held = 0 } = known.texts ?? ofTask;
  const whole = new Array<SizedRow[]>(batch).fill(row([], 1));
  const sizes = spread.length > 0 ? { rows: spread.map(rowOf), held: longest.map(rowOf) } : { rows: whole };
  const rowCount = total ?? (task && sampled !== null ? Number(parsed.prompt_count) : null);
  return planPass(
    model,
    method.pass,
    { ...parsed, ...options, per_device_eval_batch_size: batch },
    { ...sizes, counts: known.counts ?? { rows: rowCount, held }, newTokens },
    recompute,
  );
}

/** A pass with a plain objective: a loss on a number for each token weighs nothing beside the model. */
function passGraph(
  model: LanguageModel,
  length: number,
  { packed }: PassShape,
  options: { readonly recompute: boolean; readonly forwardOnly?: boolean },
): Graph {
  if (model.head === 'language')
    return buildStepGraph(model, length, (g, { logp }) => g.neg(g.reduceMean(logp)), { packed, ...options });
  return buildObjectiveGraph(
    model,
    length,
    (g, { hidden, weights }) => g.reduceMean(scoreRows(g, model.config, weights, hidden)),
    options,
  );
}
