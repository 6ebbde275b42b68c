/** Win, tie and loss of one model against another, with the intervals of the win rate and of win − loss. */
import { type Estimate, mean, meanInterval, winRate as winRateOf } from '../base/statistics.ts';
import { lengthControlledWinRate } from '../base/statistics-length-control.ts';

export interface Verdicts {
  readonly n: number;
  readonly win: number;
  readonly tie: number;
  readonly loss: number;
  /** (wins + ½ ties) / n */
  readonly winRate: number;
  /** 95%, quantiles 0.025 and 0.975 (Wilson). */
  readonly interval: [number, number];
}

/** A difference of gold rewards below this is a tie: smaller than any single fault of the built-in worlds. */
export const TIE_THRESHOLD = 0.25;

/** One prompt's point: 1 = a wins, ½ = a tie, 0 = b wins. Rounded to 1e-9, so that a difference of exactly the threshold is no tie whatever its digits. */
export const pointOf = (a: number, b: number, tieThreshold: number): number => {
  const difference = Math.round((a - b) * 1e9) / 1e9;
  if (difference === 0 || Math.abs(difference) < tieThreshold) return 0.5;
  return difference > 0 ? 1 : 0;
};

export function countVerdicts(points: readonly number[]): Verdicts {
  const count = (value: number) => points.filter((p) => p === value).length;
  const [win, tie, loss] = [count(1), count(0.5), count(0)];
  const { value, low, high } = winRateOf({ wins: win, ties: tie, losses: loss });
  return { n: points.length, win, tie, loss, winRate: value, interval: [low, high] };
}

/** Mean of win − loss with Student's 95% interval over prompts: a tie counts 0, so many ties narrow it as they should. */
export const winMinusLoss = (points: readonly number[]): Estimate => meanInterval(points.map((point) => 2 * point - 1));

/** Scores of a and b on the same prompts → verdicts. */
export function winRate(a: readonly number[], b: readonly number[], tieThreshold = TIE_THRESHOLD): Verdicts {
  if (a.length !== b.length || a.length === 0)
    throw new Error(`scores of both on the same prompts are needed, found ${a.length} and ${b.length}`);
  return countVerdicts(a.map((score, i) => pointOf(score, b[i], tieThreshold)));
}

export interface OverSeeds {
  readonly seeds: number;
  /** Shares of all comparisons. */
  readonly win: number;
  readonly tie: number;
  readonly loss: number;
  /** Win − loss: first averaged over the seeds of each prompt, then Student's interval over prompts. */
  readonly overPrompts: Estimate;
  /** Win − loss of each seed, and Student's interval over them: wide with few seeds, as it should be. */
  readonly bySeed: readonly number[];
  readonly overSeeds: Estimate;
}

/** Points `[seed][prompt]` on the same prompts. Comparisons of one prompt under several seeds are not independent, so they are not counted as if they were. */
export function winMinusLossOverSeeds(points: readonly (readonly number[])[]): OverSeeds {
  const prompts = points[0]?.length ?? 0;
  if (prompts === 0 || points.some((row) => row.length !== prompts))
    throw new Error(`every seed needs points on the same prompts, found ${points.map((row) => row.length).join(', ')}`);
  const all = points.flat();
  const share = (value: number) => all.filter((point) => point === value).length / all.length;
  const difference = (point: number) => 2 * point - 1;
  const bySeed = points.map((row) => mean(row.map(difference)));
  const byPrompt = Array.from({ length: prompts }, (_, i) => mean(points.map((row) => difference(row[i]))));
  return {
    seeds: points.length,
    win: share(1),
    tie: share(0.5),
    loss: share(0),
    overPrompts: meanInterval(byPrompt),
    bySeed,
    overSeeds: meanInterval(bySeed),
  };
}

/** A little ridge: without it a model that always wins has no finite fit. */
const RIDGE = 1e-3;

/** What the win rate would be at equal length; `differences` are tokens of the first answer minus those of the second. */
export const lengthControlledRate = (points: readonly number[], differences: readonly number[]): number =>
  lengthControlledWinRate({ preference: points, lengthDifference: differences }, { l2: RIDGE }).winRate;
