/** Everything around the policy that a sampling method needs: prompts, reward, sampler, reference and evaluation, opened once and closed once. */
import { createRandom } from '../../base/random.ts';
import { createScorer } from '../../evaluate/scoring.ts';
import { answerLimit } from '../../evaluate/task-samples.ts';
import { tasks } from '../../tasks/index.ts';
import { ConfigError } from '../config.ts';
import { openProbes } from '../diagnostics/probes.ts';
import type { LoadedModel } from '../load-model.ts';
import type { TrainControl, TrainSample } from '../method.ts';
import { keptReference, openReference, type Reference } from '../policy.ts';
import { timed } from '../step-times.ts';
import { answerLogprobs } from './answer-logprobs.ts';
import { heldOutLooks } from './held-out.ts';
import type { SamplingMethodOptions } from './options.ts';
import { rowOf } from './policy-pass.ts';
import { type Prompt, readPrompts } from './prompts.ts';
import { rescored, samplingModel } from './quantised-sampling.ts';
import { openRewardSource, type RewardSource } from './rewards.ts';
import { forgetRolloutsFrom, keepRollouts, type Rollout, readRollouts } from './rollout.ts';
import { createRolloutSampler } from './sample.ts';

const DEFAULT_RESPONSE = 53;

export interface Experience {
  /** Prompts (or recorded steps) there are. */
  readonly rows: number;
  /** Steps until every prompt was answered once. */
  readonly stepsPerEpoch: number;
  readonly reference: Reference;
  readonly maxPositions: number;
  readonly maxNewTokens: number;
  /** Rollouts are recorded ones: numbers of every row are reported. */
  readonly replay: boolean;
  /** Answers of the 0-based step; none where no prompts are asked for. */
  collect(step: number): Promise<readonly Rollout[]>;
  /** ln π_ref of each answer token, at the sampling temperature. */
  refLogprobs(rollouts: readonly Rollout[]): Promise<Float64Array[]>;
  /** ln π of each answer token as the policy is now, at the sampling temperature. */
  logprobs(rollouts: readonly Rollout[]): Promise<Float64Array[]>;
  evaluate?(step: number): Promise<Readonly<Record<string, number>>>;
  sample?(step: number): Promise<readonly TrainSample[]>;
  close(): Promise<void>;
}

/** How a method samples. */
export interface ExperienceShape {
  /** 0: nothing is sampled for training. */
  readonly promptsPerStep: number;
  /** Answers to one prompt stand side by side. */
  readonly answersPerPrompt: number;
  /** What scores answers; opened from the config when left out. */
  readonly reward?: RewardSource;
  /** Whether rollouts.jsonl keeps what is sampled. */
  readonly keep: boolean;
}

/** Prompts a step for methods that count answers: the batch shared out to groups. Throws ConfigError when it does not come out even. */
export function answersShape(options: SamplingMethodOptions, answersPerPrompt: number): ExperienceShape {
  const answers = options.per_device_train_batch_size * options.gradient_accumulation_steps;
  if (answers % answersPerPrompt !== 0)
    throw new ConfigError(`${answers} answers a step cannot be shared out evenly to groups of ${answersPerPrompt}`);
  return { promptsPerStep: answers / answersPerPrompt, answersPerPrompt, keep: true };
}

export async function openExperience(
  loaded: LoadedModel,
  options: SamplingMethodOptions,
  outputDir: string,
  control: TrainControl,
  shape: ExperienceShape,
): Promise<Experience> {
  const { promptsPerStep, answersPerPrompt } = shape;
  const recorded = options.rollouts
    ? await readRollouts(control.resolvePath(options.rollouts), loaded.model.config.vocabulary)
    : undefined;
  const task = options.task === undefined ? undefined : tasks.get(options.task);
  const maxNewTokens = options.response_length ?? (task ? answerLimit(task, loaded.tokenizer) : DEFAULT_RESPONSE);
  const train = recorded || promptsPerStep === 0 ? [] : await trainingPrompts(loaded, options, maxNewTokens, control);
  const held = await heldOutPrompts(loaded, options, control);
  const longestRecorded = Math.max(1, ...(recorded ?? []).flat().map((r) => rowOf(r).ids.length));
  const longestPrompt = Math.max(0, ...[...train, ...held].map(({ ids }) => ids.length));
  const maxPositions = Math.max(
    longestRecorded,
    longestPrompt + maxNewTokens,
    openProbes(
      loaded,
      options.probes,
      held.map(({ ids }) => ids),
    ).longest,
  );

  const open: { close(): Promise<void> }[] = [];
  const keep = <T extends { close(): Promise<void> }>(part: T): T => {
    open.push(part);
    return part;
  };
  const { temperature, generation_weight_bits: bits } = options;
  const { threads } = control;
  const drawing = bits === 32 ? loaded : { ...loaded, model: samplingModel(loaded.model, bits) };
  // the model as it starts is the reference: a copy, which training does not move
  const reference = keptReference(loaded, openReference(loaded, options, control));
  const ref = keep(
    await createScorer(reference.loaded.model, { weights: 'frozen', maxPositions, temperature, threads }),
  );
  const now = keep(await createScorer(loaded.model, { weights: 'live', maxPositions, temperature, threads }));
  const needsReward = train.length > 0 || held.length > 0;
  const reward = needsReward
    ? keep(shape.reward ?? (await rewardOf(loaded, options, maxPositions, control)))
    : undefined;
  const openSampler = async (from: LoadedModel, source: RewardSource) =>
    keep(await createRolloutSampler(from, source, { temperature, maxNewTokens, maxPositions, batchSize: 64, threads }));
  const sampler = reward && train.length > 0 ? await openSampler(drawing, reward) : undefined;
  // what is said of the policy is said of the weights that are trained
  const heldSampler =
    reward && held.length > 0 ? (bits === 32 && sampler) || (await openSampler(loaded, reward)) : undefined;
  const exact =
    sampler && bits !== 32
      ? keep(await createScorer(loaded.model, { weights: 'live', maxPositions, threads }))
      : undefined;
  if (reward) control.emit({ type: 'log', level: 'info', text: `answers are scored by the ${reward.title}` });

  const collect = async (step: number): Promise<readonly Rollout[]> => {
    if (recorded) return recorded[step % recorded.length];
    if (!sampler) return [];
    const prompts = promptsOfStep(train, step, promptsPerStep, options).flatMap((prompt) =>
      new Array<Prompt>(answersPerPrompt).fill(prompt),
    );
    const drawn = await sampler.sample(prompts, `${options.seed}:rollouts:${step}`, step);
    const rollouts = exact ? await timed('scoring', () => rescored(drawn, exact)) : drawn;
    if (shape.keep) {
      forgetRolloutsFrom(outputDir, step);
      keepRollouts(outputDir, rollouts);
    }
    return rollouts;
  };
  return {
    rows: recorded?.length ?? train.length,
    stepsPerEpoch: recorded?.length ?? Math.max(1, Math.ceil(train.length / Math.max(1, promptsPerStep))),
    reference,
    maxPositions,
    maxNewTokens,
    replay: recorded !== undefined,
    collect,
    refLogprobs: (rollouts) => timed('reference', () => answerLogprobs(ref, rollouts)),
    logprobs: (rollouts) => timed('scoring', () => answerLogprobs(now, rollouts)),
    ...(heldSampler
      ? heldOutLooks({
          loaded,
          options,
          outputDir,
          sampler: heldSampler,
          held,
          ref,
          now,
          reference: reference.loaded.model,
          threads,
        })
      : {}),
    async close() {
      for (const part of open.reverse()) await part.close();
    },
  };
}

async function trainingPrompts(
  loaded: LoadedModel,
  options: SamplingMethodOptions,
  maxNewTokens: number,
  control: TrainControl,
) {
  const room = options.max_length === null ? null : options.max_length - maxNewTokens;
  const source = {
    path: options.dataset && control.resolvePath(options.dataset),
    task: options.task,
    split: 'train',
    count: options.prompt_count,
    seed: options.seed,
  } as const;
  const { prompts, dropped } = await readPrompts(loaded.tokenizer, source, room);
  if (dropped > 0)
    control.emit({
      type: 'log',
      level: 'warning',
      text: `${dropped} prompts were dropped: empty, or no room for ${maxNewTokens} tokens within max_length ${options.max_length}`,
    });
  if (prompts.length === 0)
    throw new ConfigError(
      `no prompt can be answered: all ${dropped} are empty, or leave no room for an answer of ${maxNewTokens} tokens (response_length) within max_length ${options.max_length}`,
    );
  return prompts;
}

async function heldOutPrompts(
  loaded: LoadedModel,
  options: SamplingMethodOptions,
  control: TrainControl,
): Promise<Prompt[]> {
  if (options.eval_prompts === 0 || (!options.eval_dataset && !options.task)) return [];
  const { prompts } = await readPrompts(
    loaded.tokenizer,
    {
      path: options.eval_dataset && control.resolvePath(options.eval_dataset),
      task: options.task,
      split: 'held-out',
      count: options.eval_prompts,
      seed: options.seed,
    },
    null,
  );
  return prompts.slice(0, options.eval_prompts);
}

const rewardOf = (
  loaded: LoadedModel,
  options: SamplingMethodOptions,
  maxPositions: number,
  control: TrainControl,
): Promise<RewardSource> =>
  openRewardSource(
    {
      rewardModel: options.reward_model && control.resolvePath(options.reward_model),
      rewardFunction: options.reward_function && control.resolvePath(options.reward_function),
      task: options.task,
      maxPositions,
      threads: control.threads,
      stopRequested: control.stopRequested,
    },
    loaded.tokenizer,
  );

/** The prompts of a step: a fresh order every time all were used; a function of seed and step alone. */
function promptsOfStep(
  prompts: readonly Prompt[],
  step: number,
  count: number,
  options: SamplingMethodOptions,
): Prompt[] {
  const chosen: Prompt[] = [];
  for (let i = step * count; i < (step + 1) * count; i++) {
    const round = Math.floor(i / prompts.length);
    chosen.push(orderOf(prompts, round, options)[i % prompts.length]);
  }
  return chosen;
}

let lastOrder: { prompts: readonly Prompt[]; key: string; order: readonly Prompt[] } | undefined;

function orderOf(
  prompts: readonly Prompt[],
  round: number,
  { shuffle, seed }: SamplingMethodOptions,
): readonly Prompt[] {
  if (!shuffle) return prompts;
  const key = `${seed}:prompts:${round}`;
  if (lastOrder?.prompts !== prompts || lastOrder.key !== key)
    lastOrder = { prompts, key, order: createRandom(key).shuffle(prompts) };
  return lastOrder.order;
}
