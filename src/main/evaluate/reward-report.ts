/** How far a reward model can be trusted: accuracy, calibration, and what length has to do with its scores, on pairs it was not trained on. */
import { mean } from '../base/statistics.ts';
import { type CalibrationBin, calibration } from '../base/statistics-calibration.ts';
import { kendall } from '../base/statistics-correlation.ts';

export interface ScoredPair {
  /** Pairs with equal keys are about the same prompt. */
  readonly prompt: string;
  readonly chosen: ScoredAnswer;
  readonly rejected: ScoredAnswer;
  readonly tie: boolean;
}

export interface ScoredAnswer {
  readonly score: number;
  /** Tokens of the answer. */
  readonly length: number;
}

export interface RewardReport {
  readonly pairs: number;
  readonly ties: number;
  /** Share of decided pairs in which the chosen answer scores higher (strictly). */
  readonly accuracy: number;
  /** Mean of r⁺ − r⁻ over decided pairs. */
  readonly margin: number;
  /** Expected calibration error of σ(r⁺ − r⁻), each pair read in both orders; equal-width bins. */
  readonly ece: number;
  readonly calibration: readonly CalibrationBin[];
  /** Accuracy where the chosen answer is the shorter (the longer) one; null without such pairs. */
  readonly accuracyShorterChosen: number | null;
  readonly accuracyLongerChosen: number | null;
  readonly shorterChosen: number;
  readonly longerChosen: number;
  /** Kendall's τ of reward and length among the answers to one prompt, mean over prompts; null when no prompt has answers that differ in both. */
  readonly lengthCorrelation: number | null;
}

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
const right = ({ chosen, rejected }: ScoredPair): number => (chosen.score > rejected.score ? 1 : 0);
const accuracyOf = (pairs: readonly ScoredPair[]): number | null =>
  pairs.length === 0 ? null : mean(pairs.map(right));

/** Throws RangeError when there is no decided pair. */
export function rewardReport(pairs: readonly ScoredPair[], bins = 10): RewardReport {
  const decided = pairs.filter(({ tie }) => !tie);
  if (decided.length === 0) throw new RangeError('rewardReport: needs a pair that is not a tie');
  const differences = decided.map(({ chosen, rejected }) => chosen.score - rejected.score);
  // in both orders: else every label would be 1 and the curve say nothing
  const probabilities = differences.flatMap((d) => [sigmoid(d), sigmoid(-d)]);
  const { equalWidth } = calibration(
    probabilities,
    differences.flatMap(() => [1, 0]),
    bins,
  );
  const shorter = decided.filter(({ chosen, rejected }) => chosen.length < rejected.length);
  const longer = decided.filter(({ chosen, rejected }) => chosen.length > rejected.length);
  return {
    pairs: pairs.length,
    ties: pairs.length - decided.length,
    accuracy: mean(decided.map(right)),
    margin: mean(differences),
    ece: equalWidth.ece,
    calibration: equalWidth.bins,
    accuracyShorterChosen: accuracyOf(shorter),
    accuracyLongerChosen: accuracyOf(longer),
    shorterChosen: shorter.length,
    longerChosen: longer.length,
    lengthCorrelation: lengthCorrelation(pairs),
  };
}

function lengthCorrelation(pairs: readonly ScoredPair[]): number | null {
  const byPrompt = new Map<string, ScoredAnswer[]>();
  for (const { prompt, chosen, rejected } of pairs) {
    const answers = byPrompt.get(prompt) ?? [];
    byPrompt.set(prompt, answers);
    answers.push(chosen, rejected);
  }
  const found = [...byPrompt.values()]
    .map((answers) =>
      kendall(
        answers.map(({ score }) => score),
        answers.map(({ length }) => length),
      ),
    )
    .map(({ value }) => value)
    .filter(Number.isFinite);
  return found.length === 0 ? null : mean(found);
}

/** The report's numbers as metrics `group/name`; those that do not exist are left out. */
export function reportMetrics(report: RewardReport): Record<string, number> {
  const metrics: Record<string, number | null> = {
    'calibration/ece': report.ece,
    'length/accuracy_shorter_chosen': report.accuracyShorterChosen,
    'length/accuracy_longer_chosen': report.accuracyLongerChosen,
    'length/rank_correlation': report.lengthCorrelation,
  };
  return Object.fromEntries(Object.entries(metrics).filter((entry): entry is [string, number] => entry[1] !== null));
}
