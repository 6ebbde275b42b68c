/** What a judge's labels of one step say about the judge: ties, its liking for a place, agreement with the gold reward. */
import { mean } from '../../base/statistics.ts';
import { cohenKappa, krippendorffAlpha } from '../../base/statistics-agreement.ts';

export interface JudgedPair {
  /** P(first is better). */
  readonly probability: number;
  /** Gold reward of the first minus that of the second; absent where there is no gold reward. */
  readonly goldMargin?: number;
  /** Side on which the first answer stood; absent where sides were not drawn. */
  readonly shownFirst?: 'a' | 'b';
}

const verdict = (score: number): number => Math.sign(Math.round(score * 1e9));

/**
 * tie_rate: share of ½. left_share: how often the left answer won, of those decided (½: no habit). gold_agreement: share with the gold reward's own
 * verdict; gold_kappa, gold_alpha: Cohen's κ and Krippendorff's α (nominal) of the two, where both vary.
 */
export function judgeAudit(pairs: readonly JudgedPair[]): Record<string, number> {
  if (pairs.length === 0) return {};
  const said = pairs.map(({ probability }) => verdict(probability - 0.5));
  return {
    'judge/tie_rate': mean(said.map((v) => (v === 0 ? 1 : 0))),
    ...leftShare(pairs, said),
    ...againstGold(pairs, said),
  };
}

function leftShare(pairs: readonly JudgedPair[], said: readonly number[]): Record<string, number> {
  const left = pairs.flatMap(({ shownFirst }, i) =>
    shownFirst === undefined || said[i] === 0 ? [] : [said[i] > 0 === (shownFirst === 'a') ? 1 : 0],
  );
  return left.length === 0 ? {} : { 'judge/left_share': mean(left) };
}

function againstGold(pairs: readonly JudgedPair[], said: readonly number[]): Record<string, number> {
  const known = pairs.flatMap(({ goldMargin }, i) =>
    goldMargin === undefined ? [] : [{ said: said[i], gold: verdict(goldMargin) }],
  );
  if (known.length === 0) return {};
  const [mine, gold] = [known.map((pair) => pair.said), known.map((pair) => pair.gold)];
  return {
    'judge/gold_agreement': mean(known.map((pair) => (pair.said === pair.gold ? 1 : 0))),
    'judge/gold_kappa': cohenKappa(mine, gold),
    'judge/gold_alpha': krippendorffAlpha([mine, gold], 'nominal'),
  };
}
