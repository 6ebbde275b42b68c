/** Whether reward follows length: within a prompt, and what of a gain is left at equal length. */

import { mean, quantile } from '../../base/statistics.ts';
import { correlation } from '../../base/statistics-correlation.ts';

/** Scores of answers and their lengths in tokens, side by side. */
export interface ScoredLengths {
  readonly scores: readonly number[];
  readonly lengths: readonly number[];
}

/**
 * Correlation of reward and length within prompts: answers to one prompt stand side by side, `perPrompt` of them, and both are taken as differences
 * from the prompt's own mean, so that hard prompts with long answers do not count as a bias. NaN when one side does not vary.
 */
export function withinPromptCorrelation({ scores, lengths }: ScoredLengths, perPrompt: number): number {
  const centred = (values: readonly number[]) =>
    values.map((value, i) => {
      const from = i - (i % perPrompt);
      return value - mean(values, from, from + perPrompt);
    });
  return correlation(centred(scores), centred(lengths));
}

/** Answers of equal length are compared in this many groups. */
const STRATA = 4;

/**
 * Gain in reward that is left when length is held equal: both samples are cut into the same groups of length (quartiles of all of them), the gain is
 * taken within each group, and groups count by how many answers they hold. Groups that only one side has say nothing. NaN when there is no other.
 */
export function stratifiedGain(start: ScoredLengths, now: ScoredLengths): number {
  const all = [...start.lengths, ...now.lengths];
  const borders = Array.from({ length: STRATA - 1 }, (_, i) => quantile(all, (i + 1) / STRATA));
  const groupOf = (length: number) => borders.filter((border) => length > border).length;
  let [gain, weight] = [0, 0];
  for (let group = 0; group < STRATA; group++) {
    const of = ({ scores, lengths }: ScoredLengths) => scores.filter((_, i) => groupOf(lengths[i]) === group);
    const [before, after] = [of(start), of(now)];
    if (before.length === 0 || after.length === 0) continue;
    const count = before.length + after.length;
    gain += count * (mean(after) - mean(before));
    weight += count;
  }
  return gain / weight;
}
