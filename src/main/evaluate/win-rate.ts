/** Win, tie and loss of one model against another, with the intervals of the win rate and of win − loss. */
import { type Estimate, meanInterval, winRate as winRateOf } from '../base/statistics.ts';

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
