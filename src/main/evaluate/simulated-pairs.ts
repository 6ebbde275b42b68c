/** Preference pairs of the simulated rater, who may like long answers for their length. */
import type { Random } from '../base/random.ts';
import { prefersFirst } from '../tasks/rater.ts';

export interface RatedAnswer {
  readonly prompt: string;
  readonly completion: string;
  readonly gold: number;
  /** End token not counted. */
  readonly tokens: number;
}

/** P(a over b) = σ((u(a) − u(b)) / temperature) with the utility u = gold + lengthWeight · tokens. */
export interface Rater {
  readonly temperature: number;
  readonly lengthWeight?: number;
}

export interface RatedPair {
  readonly prompt: string;
  readonly chosen: string;
  readonly rejected: string;
  readonly gold_chosen: number;
  readonly gold_rejected: number;
}

/** One row, or none when both answers are the same text. */
export function ratedPair(a: RatedAnswer, b: RatedAnswer, rater: Rater, random: Random): RatedPair[] {
  if (a.completion === b.completion) return [];
  const utility = ({ gold, tokens }: RatedAnswer) => gold + (rater.lengthWeight ?? 0) * tokens;
  const [chosen, rejected] = prefersFirst(utility(a), utility(b), rater.temperature, random) ? [a, b] : [b, a];
  return [
    {
      prompt: a.prompt,
      chosen: chosen.completion,
      rejected: rejected.completion,
      gold_chosen: chosen.gold,
      gold_rejected: rejected.gold,
    },
  ];
}
