/** What the evaluation of a reward model looks at besides its loss: calibration, length, drift, and the gold reward where a task has one. No pass of its own. */
import { standardDeviation } from '../../base/statistics.ts';
import { type RewardReport, reportMetrics, rewardReport, type ScoredPair } from '../../evaluate/reward-report.ts';
import { defined } from './options.ts';
import { diagnosticRecord } from './record.ts';
import { calibrationCurve } from './reward-calibration.ts';
import { rewardDrift } from './reward-drift.ts';
import { goldAgreement } from './reward-gold.ts';
import { stratifiedMargin } from './reward-length.ts';

/** Gold rewards of both answers of a pair. */
export interface PairGold {
  readonly chosen: number;
  readonly rejected: number;
}

export interface RewardWatch {
  /** Metrics of held-out pairs, in the same order at every step; `golds` by pair where a task has them. */
  evaluate(step: number, pairs: readonly ScoredPair[], golds?: readonly PairGold[]): Readonly<Record<string, number>>;
  /** Of the newest evaluation; undefined before one, or where all pairs tie. */
  report(): RewardReport | undefined;
}

export function openRewardWatch(outputDir: string): RewardWatch {
  const record = diagnosticRecord(outputDir, 'data');
  let report: RewardReport | undefined;
  /** Against the first evaluation, which comes before the first step. */
  const drift = (step: number, scores: readonly number[]) => {
    const kind = 'reward_scores';
    if (step === 0) record.keep(0, kind, scores);
    const start = record.of(kind).at(0)?.value as readonly number[] | undefined;
    return start ? rewardDrift(start, scores) : {};
  };
  return {
    evaluate(step, pairs, golds) {
      record.begin(step);
      report = pairs.some(({ tie }) => !tie) ? rewardReport(pairs) : undefined;
      if (report) record.keep(step, 'calibration', report.calibration);
      const scores = pairs.flatMap(({ chosen, rejected }) => [chosen.score, rejected.score]);
      const gold = golds?.map(
        (of, i) =>
          [
            { ...pairs[i].chosen, gold: of.chosen },
            { ...pairs[i].rejected, gold: of.rejected },
          ] as const,
      );
      return defined({
        std_reward: standardDeviation(scores),
        ...(report ? { ...reportMetrics(report), ...calibrationCurve(report.calibration) } : {}),
        ...stratifiedMargin(pairs),
        ...drift(step, scores),
        ...(gold ? goldAgreement(gold) : {}),
      });
    },
    report: () => report,
  };
}
