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
  onStep(step: number): void;
}

export interface LabMethod extends Named {
  readonly title: string;
  train(setting: LabSetting): Promise<LanguageModel>;
}
