/** What a method of the exact lab gets and gives: a reference on a listed response space in, a trained policy out. */
import type { Named } from '../../base/registry.ts';
import type { LanguageModel } from '../../engine/models/language-model.ts';
import type { LegalTokens } from '../../evaluate/response-tree.ts';
import type { LoadedModel } from '../load-model.ts';

/** Prompts with everything that is known of their responses. */
export interface ListedPrompts {
  readonly prompts: readonly string[];
  readonly promptIds: readonly (readonly number[])[];
  /** Gold of every response to every prompt, [prompts][responses]. */
  readonly rewards: readonly Float64Array[];
  /** ln π_ref of them. */
  readonly referenceLogs: readonly Float64Array[];
}

/** The prompts are those that are trained on. */
export interface LabSetting extends ListedPrompts {
  readonly reference: LoadedModel;
  readonly referencePath: string;
  readonly legal: LegalTokens;
  readonly beta: number;
  readonly steps: number;
  readonly learningRate: number;
  readonly seed: number;
  readonly threads: number;
  /** Of the method alone; removed afterwards. */
  readonly folder: string;
  readonly signal: AbortSignal;
  /** Module that gives the rewards, where they are not the task's own. */
  readonly rewardFunction?: string;
  /** What offline DPO learns from, again and again; without them it draws fresh pairs, each seen once. */
  readonly pairs?: readonly LabPair[];
  /** Steps between two looks at the policy on its way; none without. */
  readonly every?: number;
  onStep(step: number): void;
  /** The policy after so many steps, every `every`, but not at the end. */
  onLook(step: number, model: LanguageModel): Promise<void>;
  /** Called once a step: lets messages in. */
  breathe(): Promise<void>;
}

/** A preference; answers by their place in `RESPONSES`, the prompt by its place in the setting. */
export interface LabPair {
  readonly prompt: number;
  readonly chosen: number;
  readonly rejected: number;
}

/** Whether a look is due after this step. */
export const lookIsDue = ({ every, steps }: Pick<LabSetting, 'every' | 'steps'>, done: number): boolean =>
  every !== undefined && done % every === 0 && done < steps;

export interface LabMethod extends Named {
  readonly title: string;
  train(setting: LabSetting): Promise<LanguageModel>;
}
