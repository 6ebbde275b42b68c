/** Whether a reward model orders answers as the gold reward of a built-in task does, whatever its noisy labels said. */
import { mean } from '../../base/statistics.ts';
import { spearman } from '../../base/statistics-correlation.ts';

export interface GoldScored {
  readonly score: number;
  readonly gold: number;
  /** Tokens of the answer. */
  readonly length: number;
}

/** Both answers of a pair, in any order. */
export type GoldPair = readonly [GoldScored, GoldScored];

/**
 * accuracy: share of pairs of different gold whose better answer scores higher (strictly); also apart where the better answer is the shorter and
 * the longer one. correlation: Spearman's ρ of score and gold over all answers. NaN where no pair counts.
 */
export function goldAgreement(pairs: readonly GoldPair[]): Record<string, number> {
  const ordered = pairs
    .filter(([a, b]) => a.gold !== b.gold)
    .map(([a, b]) => (a.gold > b.gold ? { better: a, worse: b } : { better: b, worse: a }));
  const accuracyOf = (some: typeof ordered) =>
    some.length === 0 ? Number.NaN : mean(some.map(({ better, worse }) => (better.score > worse.score ? 1 : 0)));
  const answers = pairs.flat();
  return {
    'gold/accuracy': accuracyOf(ordered),
    'gold/accuracy_shorter_better': accuracyOf(ordered.filter((p) => p.better.length < p.worse.length)),
    'gold/accuracy_longer_better': accuracyOf(ordered.filter((p) => p.better.length > p.worse.length)),
    'gold/correlation': spearman(
      answers.map(({ score }) => score),
      answers.map(({ gold }) => gold),
    ).value,
  };
}
