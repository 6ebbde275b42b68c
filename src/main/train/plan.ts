/** What a run will need before it starts: memory by what it is for, and the work of a step, from the graph it will run. */
import { z } from 'zod';
import { peakBytes } from '../engine/graph/memory.ts';
import type { Graph } from '../engine/graph/value.ts';
import { type LanguageModel, parameterCount, trainable } from '../engine/models/language-model.ts';
import { scoreRows } from '../engine/models/score-head.ts';
import { commonOptions, modelOption, parseConfig } from './config.ts';
import { loraOptions } from './lora-options.ts';
import type { Method, PassShape, TrainControl } from './method.ts';
import { openPolicy } from './policy.ts';
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
  /** At sequences of full length: what the run may come to, not what it must. */
  readonly memory: MemoryParts;
  readonly passesPerStep: number;
  /** A pass's graph and the sizes of its symbols: what its work is counted on. */
  readonly graph: Graph;
  readonly sizes: ReadonlyMap<string, number>;
}

/** What every method's options have in common that a plan depends on. */
const planned = z.object({
  ...loraOptions,
  model: modelOption,
  tokenizer: commonOptions.tokenizer,
  seed: commonOptions.seed,
  max_length: commonOptions.max_length,
  per_device_train_batch_size: commonOptions.per_device_train_batch_size,
  gradient_accumulation_steps: commonOptions.gradient_accumulation_steps,
  ref_model: z.string().optional(),
});

/** The program itself with the runtime loaded, measured. */
const PROGRAM_BYTES = 200e6;
/** The runtime's pools keep what passes of other lengths took: of SmolLM2-135M's step 1.4 times what lives at once after one pass, 1.9 after several. */
const POOLS = 1.9;

/** Reads the model and builds a pass; trains nothing and reads no data. Throws what the run itself would throw about model and options. */
export function planTraining(
  method: Method,
  config: Readonly<Record<string, unknown>>,
  control: TrainControl,
): TrainingPlan {
  const options = planned.parse(parseConfig(method.params, config));
  const { model } = openPolicy(options, control, method.pass.head);
  const { context } = model.config;
  const length = Math.min(options.max_length ?? context, context);
  const sequences = method.pass.sequencesPerRow * options.per_device_train_batch_size;
  const graph = passGraph(model, length, method.pass);
  const sizes = new Map([
    ['B', sequences],
    ['T', length],
    ['N', sequences * length],
    ['M', method.pass.head === 'score' ? sequences : sequences * (length - 1)],
  ]);
  const weights = 4 * parameterCount(model);
  const trained = [...trainable(model).weights.values()].reduce((sum, data) => sum + data.length, 0);
  const accumulation = options.gradient_accumulation_steps;
  const others = (options.ref_model === undefined ? 0 : 1) + (model.adapter ? 0 : method.pass.modelsBeside);
  return {
    parameters: weights / 4,
    trained,
    sequences,
    length,
    memory: {
      weights,
      packed: model.adapter ? 2 * weights : 0,
      optimiser: 4 * trained * (accumulation > 1 ? 4 : 3),
      beside: others * weights,
      activations: Math.round(POOLS * peakBytes(graph, sizes)),
      program: PROGRAM_BYTES,
    },
    passesPerStep: accumulation,
    graph,
    sizes,
  };
}

/** A pass with a plain objective: a loss on a number for each token weighs nothing beside the model. */
function passGraph(model: LanguageModel, length: number, { packed }: PassShape): Graph {
  if (model.head === 'language')
    return buildStepGraph(model, length, (g, { logp }) => g.neg(g.reduceMean(logp)), { packed });
  return buildObjectiveGraph(model, length, (g, { hidden, weights }) =>
    g.reduceMean(scoreRows(g, model.config, weights, hidden)),
  );
}
