/** A built-in task as the yardstick of methods that do not sample: held-out prompts are answered at every evaluation and read by the gold reward. */
import type { z } from 'zod';
import type { DiagnosticOptions } from './diagnostics/options.ts';
import type { LoadedModel } from './load-model.ts';
import type { LoopOptions } from './loop.ts';
import type { TrainControl, TrainSample } from './method.ts';
import { openExperience } from './rollouts/experience.ts';
import { samplingOptions } from './rollouts/options.ts';

const about = (option: z.ZodType, description: string) => ({ ...option.meta(), description, group: 'Evaluation' });

export const watchOptions = {
  task: samplingOptions.task.meta(
    about(samplingOptions.task, 'Held-out prompts of a built-in world are answered at every evaluation.'),
  ),
  eval_prompts: samplingOptions.eval_prompts.meta(
    about(samplingOptions.eval_prompts, 'How many of them are answered and read by the gold reward.'),
  ),
} as const;

export interface TaskWatch {
  /** Gold reward, KL to the model as it starts, length, ends and grammar of fresh answers at temperature 1. */
  evaluate(step: number): Promise<Readonly<Record<string, number>>>;
  sample(step: number): Promise<readonly TrainSample[]>;
  close(): Promise<void>;
}

type Watched = LoopOptions &
  DiagnosticOptions & { readonly task?: string; readonly eval_prompts: number; readonly ref_model?: string };

/** undefined where the config names no task, or no prompts of it. */
export async function openTaskWatch(
  loaded: LoadedModel,
  options: Watched,
  outputDir: string,
  control: TrainControl,
): Promise<TaskWatch | undefined> {
  if (options.task === undefined || options.eval_prompts === 0) return undefined;
  const sampling = {
    ...options,
    model: options.model ?? '',
    // the prompts are the task's, whatever the method is trained on
    dataset: undefined,
    eval_dataset: undefined,
    temperature: 1,
    missing_eos_penalty: null,
    generation_weight_bits: 32 as const,
    prompt_count: 1,
  };
  const shape = { promptsPerStep: 0, answersPerPrompt: 1, keep: false };
  const { evaluate, sample, close } = await openExperience(loaded, sampling, outputDir, control, shape);
  if (!evaluate || !sample) throw new Error(`the task ${options.task} has no held-out prompts`);
  return { evaluate, sample, close };
}
