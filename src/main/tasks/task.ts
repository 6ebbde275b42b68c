/** What a built-in task is: prompts, demonstrations of mixed quality and a gold reward read back from the words. */

import type { Random } from '../base/random.ts';
import type { Named } from '../base/registry.ts';

export type Split = 'train' | 'held-out';
export type Quality = 'good' | 'medium' | 'bad';

export interface Demonstration {
  readonly completion: string;
  /** Hidden from the model: for reports and tests only. */
  readonly quality: Quality;
}

/** One reason for points, e.g. `{ reason: 'asked fact right', points: 2 }`. */
export interface GoldPart {
  readonly reason: string;
  readonly points: number;
}

export interface CompletionOptions {
  /** False when the completion ran into its limit without an end token. Default: true. */
  readonly ended?: boolean;
}

export interface Task extends Named {
  readonly title: string;
  readonly summary: string;
  /** The gold reward in words, shown in the app. */
  readonly goldDescription: string;
  /** Limit for sampling, in words, end token included. */
  readonly maxCompletionTokens: number;
  /** How many distinct prompts the world has, both splits together. */
  readonly distinctPrompts: number;
  /** `n` distinct prompts; 'train' and 'held-out' never overlap, whatever the seeds. Throws a RangeError when the split has fewer. */
  prompts(split: Split, n: number, seed: number): string[];
  /** A completion of hidden quality (25% good, 45% medium, 30% bad). Throws a PromptError on a prompt of another world. */
  demonstration(prompt: string, random: Random): Demonstration;
  /** The gold reward: the sum of `goldParts`, rounded to 0.01. */
  gold(prompt: string, completion: string, options?: CompletionOptions): number;
  /** Why the gold reward is what it is. Throws a PromptError on a prompt of another world. */
  goldParts(prompt: string, completion: string, options?: CompletionOptions): GoldPart[];
  /** Can the demonstrations' grammar have made this? (false: unparsable or repeated sentences, or no end) */
  onGrammar(prompt: string, completion: string, options?: CompletionOptions): boolean;
  /** Every word of the world, sorted: for a vocabulary. */
  words(): string[];
}

/** Stands between prompt and completion in a pair's text; neither holds it. The trainer of a pair puts it there. */
export const SEPARATOR = ' ';

/** The text of a demonstration or of one side of a pair. */
export const pairText = (prompt: string, completion: string): string => `${prompt}${SEPARATOR}${completion}`;

/** What an answer without an end token costs in every task. */
export const NO_END_PENALTY = -1.5;

/** Shares of the demonstrations' qualities. */
export const QUALITY_SHARES = { good: 0.25, medium: 0.45, bad: 0.3 } as const;

export function drawQuality(random: Random): Quality {
  const at = random.uniform();
  if (at < QUALITY_SHARES.good) return 'good';
  return at < QUALITY_SHARES.good + QUALITY_SHARES.medium ? 'medium' : 'bad';
}

/** Sum of the parts, rounded to 0.01 so that equal answers compare equal. */
export function totalGold(parts: readonly GoldPart[]): number {
  let total = 0;
  for (const { points } of parts) total += points;
  return Math.round(total * 100) / 100;
}

/** A prompt that the task's world cannot have made. */
export class PromptError extends Error {
  readonly code = 'foreign-prompt';
  constructor(task: string, prompt: string, expected: string) {
    super(
      `task "${task}" cannot read the prompt ${JSON.stringify(prompt.slice(0, 200))}: expected ${expected}. Use prompts of this task.`,
    );
    this.name = 'PromptError';
  }
}
