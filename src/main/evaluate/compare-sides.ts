/** Sides of one or several models each (seeds of one method) judged against each other on the same prompts. */
import { mean } from '../base/statistics.ts';
import type { JudgedAnswer } from './judges/judge.ts';
import { countVerdicts, lengthControlledRate, winMinusLossOverSeeds } from './win-rate.ts';

/** Answers of one model with the judge's score of each, one a prompt. */
export interface ScoredAnswers {
  readonly answers: readonly JudgedAnswer[];
  readonly scores: readonly number[];
}

export interface SideReport {
  /** Comparisons: prompts times pairs of models. */
  readonly n: number;
  readonly win: number;
  readonly tie: number;
  readonly loss: number;
  readonly winRate: number;
  /** 95%, over prompts: Wilson's for one pair of models, Student's of the mean over pairs else. */
  readonly interval: [number, number];
  readonly lengthControlled: number;
}

/** Point of the first of two scores: 1, ½ or 0. */
export type PointOf = (first: number, second: number) => number;

type Answered = Pick<ScoredAnswers, 'answers'>;

/** Seed against seed where both sides have as many models, else every model against every one. */
export function pairUp<T>(a: readonly T[], b: readonly T[]): (readonly [T, T])[] {
  if (a.length === b.length) return a.map((each, i) => [each, b[i]] as const);
  return a.flatMap((first) => b.map((second) => [first, second] as const));
}

/** `a` against `b`: every entry holds answers to the same prompts, and a score of each. */
export function compareSides(a: readonly ScoredAnswers[], b: readonly ScoredAnswers[], pointOf: PointOf): SideReport {
  const met = pairUp(a, b);
  return sideReport(
    met,
    met.map(([first, second]) => first.scores.map((score, i) => pointOf(score, second.scores[i]))),
  );
}

/** What the points of the first model of each pair, one a prompt, come to. */
export function sideReport(
  met: readonly (readonly [Answered, Answered])[],
  points: readonly (readonly number[])[],
): SideReport {
  const all = points.flat();
  const { n, win, tie, loss, winRate, interval } = countVerdicts(all);
  const lengths = met.flatMap(([first, second]) =>
    first.answers.map(({ tokens }, i) => tokens - second.answers[i].tokens),
  );
  return {
    n,
    win,
    tie,
    loss,
    winRate,
    interval: points.length === 1 ? interval : overPrompts(points),
    lengthControlled: lengthControlledRate(all, lengths),
  };
}

/** Comparisons of one prompt under several seeds are not independent: the interval is over prompts. */
function overPrompts(points: readonly (readonly number[])[]): [number, number] {
  const { low, high } = winMinusLossOverSeeds(points).overPrompts;
  return [Math.max(0, (1 + low) / 2), Math.min(1, (1 + high) / 2)];
}

export const meanTokens = (side: readonly Answered[]): number =>
  mean(side.flatMap(({ answers }) => answers.map(({ tokens }) => tokens)));

export const meanScore = (side: readonly ScoredAnswers[]): number => mean(side.flatMap(({ scores }) => scores));
