/** Win, tie and loss of one model against another, with the interval of the win rate. */
import { normalQuantile } from './normal.ts';

export interface Verdicts {
  readonly n: number;
  readonly win: number;
  readonly tie: number;
  readonly loss: number;
  /** (wins + ½ ties) / n */
  readonly winRate: number;
  /** 95%, quantiles 0.025 and 0.975. */
  readonly interval: [number, number];
}

/** A difference of gold rewards below this is a tie: smaller than any single fault of the built-in worlds. */
export const TIE_THRESHOLD = 0.25;

/**
 * Scores of a and b on the same prompts → verdicts. The interval is the normal one over prompts (win 1, tie ½, loss 0), cut to [0, 1]; the
 * standard error uses the sample's own variance, so that many ties narrow it as they should.
 */
export function winRate(a: readonly number[], b: readonly number[], tieThreshold = TIE_THRESHOLD): Verdicts {
  if (a.length !== b.length || a.length === 0)
    throw new Error(`scores of both on the same prompts are needed, found ${a.length} and ${b.length}`);
  const points = a.map((score, i): number => (Math.abs(score - b[i]) < tieThreshold ? 0.5 : score > b[i] ? 1 : 0));
  const n = points.length;
  const rate = points.reduce((sum, p) => sum + p, 0) / n;
  const variance = n > 1 ? points.reduce((sum, p) => sum + (p - rate) ** 2, 0) / (n - 1) : 0.25;
  const half = normalQuantile(0.975) * Math.sqrt(variance / n);
  const count = (value: number) => points.filter((p) => p === value).length;
  return {
    n,
    win: count(1),
    tie: count(0.5),
    loss: count(0),
    winRate: rate,
    interval: [Math.max(0, rate - half), Math.min(1, rate + half)],
  };
}
