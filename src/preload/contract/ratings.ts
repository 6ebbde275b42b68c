/** Contract: pairs of answers that wait for a person, and what the person says of them. */
import { z } from 'zod';

/** Two answers to one prompt as they are shown: the sides are drawn, and nothing tells where an answer is from. */
export const shownPair = z.object({ prompt: z.string(), a: z.string(), b: z.string() });
export type ShownPair = z.infer<typeof shownPair>;

export const verdict = z.enum(['a', 'b', 'tie', 'both_bad']);
export type Verdict = z.infer<typeof verdict>;

const quality = z.int().min(1).max(5).nullable();

/** What one person says of one pair. Qualities from 1, useless, to 5, nothing to improve. */
export const rating = z.object({
  verdict,
  qualityA: quality,
  qualityB: quality,
  comment: z.string().max(10_000).nullable(),
  rater: z.string().trim().min(1).max(100),
});
export type Rating = z.infer<typeof rating>;

/** A pair that waits; `pair` counts from 0 within the step. */
export const ratingItem = shownPair.extend({ id: z.int(), runId: z.string(), step: z.int(), pair: z.int() });
export type RatingItem = z.infer<typeof ratingItem>;

/** What a run waits for: the pairs of one step. */
export const ratingQueue = z.object({
  runId: z.string(),
  run: z.string(),
  step: z.int(),
  waiting: z.int(),
  /** Of the same step; the run goes on when `waiting` is 0. */
  rated: z.int(),
});
export type RatingQueue = z.infer<typeof ratingQueue>;
