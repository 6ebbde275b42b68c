/** What length has to do with the scores of a reward model, beyond the report on held-out pairs. */
import type { ScoredPair } from '../../evaluate/reward-report.ts';
import { type ScoredLengths, stratifiedGain, withinPromptCorrelation } from './length-bias.ts';

/** Correlation of score and length within pairs, of every step: a pair is two answers to one prompt. NaN where a side does not vary. */
export const lengthOfScores = (pairs: readonly ScoredPair[]): Record<string, number> => ({
  'length/within_prompt': withinPromptCorrelation(
    lengthsOf(pairs.flatMap(({ chosen, rejected }) => [chosen, rejected])),
    2,
  ),
});

/** Margin that is left when chosen and rejected answers of equal length are compared. NaN when lengths never meet. */
export function stratifiedMargin(pairs: readonly ScoredPair[]): Record<string, number> {
  const decided = pairs.filter(({ tie }) => !tie);
  const side = (of: 'chosen' | 'rejected') => lengthsOf(decided.map((pair) => pair[of]));
  return { 'length/stratified_margin': stratifiedGain(side('rejected'), side('chosen')) };
}

const lengthsOf = (answers: readonly { readonly score: number; readonly length: number }[]): ScoredLengths => ({
  scores: answers.map(({ score }) => score),
  lengths: answers.map(({ length }) => length),
});
