/** The reward report on pairs small enough to count by hand. */
import { describe, expect, it } from 'vitest';
import { reportMetrics, rewardReport, type ScoredPair } from '../../src/main/evaluate/reward-report.ts';

const pair = (prompt: string, chosen: [number, number], rejected: [number, number], tie = false): ScoredPair => ({
  prompt,
  tie,
  chosen: { score: chosen[0], length: chosen[1] },
  rejected: { score: rejected[0], length: rejected[1] },
});

describe('rewardReport', () => {
  const pairs = [
    pair('a', [2, 9], [0, 4]), // right, longer chosen, score rises with length
    pair('b', [1, 3], [1.5, 8]), // wrong, shorter chosen, rises
    pair('c', [0.5, 2], [0.2, 5]), // right, shorter chosen, falls
    pair('d', [1, 4], [1, 4]), // equal: counts as wrong; no length to speak of
    pair('e', [3, 1], [0, 2], true), // a tie: in no accuracy, but its lengths count
  ];
  const report = rewardReport(pairs);

  it('counts accuracy over decided pairs, strictly, and apart by length', () => {
    expect(report).toMatchObject({ pairs: 5, ties: 1, accuracy: 0.5, shorterChosen: 2, longerChosen: 1 });
    expect(report.accuracyShorterChosen).toBe(0.5);
    expect(report.accuracyLongerChosen).toBe(1);
    expect(report.margin).toBeCloseTo((2 - 0.5 + 0.3 + 0) / 4, 12);
  });

  it('correlates reward and length within prompts only', () => {
    expect(report.lengthCorrelation).toBeCloseTo((1 + 1 - 1 - 1) / 4, 12);
    const together = rewardReport([pair('a', [3, 30], [2, 20]), pair('a', [1, 10], [0, 40])]);
    // of the six comparisons of one prompt three agree and three do not
    expect(together.lengthCorrelation).toBeCloseTo(0, 12);
    expect(rewardReport([pair('a', [1, 5], [0, 5])]).lengthCorrelation).toBeNull();
  });

  it('reads each pair in both orders, so that a reward model that knows nothing is calibrated', () => {
    const guesses = rewardReport([pair('a', [1, 1], [1, 2]), pair('b', [0, 1], [0, 2])]);
    expect(guesses.ece).toBe(0);
    expect(guesses.calibration).toEqual([{ n: 4, meanPrediction: 0.5, sharePositive: 0.5 }]);
  });

  it('has the error of a model that is sure and wrong half of the time', () => {
    const p = 1 / (1 + Math.exp(-4));
    const sure = rewardReport([pair('a', [4, 1], [0, 2]), pair('b', [0, 1], [4, 2])]);
    expect(sure.ece).toBeCloseTo(p - 0.5, 12);
  });

  it('leaves out metrics that do not exist, and refuses ties alone', () => {
    expect(reportMetrics(rewardReport([pair('a', [1, 5], [0, 5])]))).toEqual({
      'calibration/ece': expect.any(Number),
    });
    expect(() => rewardReport([pair('a', [1, 5], [0, 5], true)])).toThrow('needs a pair that is not a tie');
  });
});
