/** The calibration curve of a reward model as curves over training: how often it is right where σ(r⁺ − r⁻) says so. */
import type { CalibrationBin } from '../../base/statistics-calibration.ts';

/** Bins of the report are tenths. */
const TENTHS = 10;

/**
 * Of the bins of σ(r⁺ − r⁻), each pair read in both orders (`RewardReport.calibration`): the upper half says all, the lower one mirrors it.
 * right_50 … right_90: share of pairs judged right among those judged with a confidence of 50 to 60%, …, 90 to 100%; empty ones are left out.
 * overconfidence: mean confidence minus share judged right; above 0 the scores lie too far apart. 0 where every pair scores alike.
 */
export function calibrationCurve(bins: readonly CalibrationBin[]): Record<string, number> {
  const upper = bins.filter(({ meanPrediction }) => meanPrediction > 0.5);
  const pairs = bins.reduce((sum, { n }) => sum + n, 0) / 2;
  const excess = upper.reduce((sum, bin) => sum + bin.n * (bin.meanPrediction - bin.sharePositive), 0);
  return {
    'calibration/overconfidence': excess / pairs,
    ...Object.fromEntries(
      upper.map(({ meanPrediction, sharePositive }) => [
        `calibration/right_${percentOf(meanPrediction)}`,
        sharePositive,
      ]),
    ),
  };
}

/** Lower edge of the bin k/10 < p ≤ (k+1)/10 that this mean lies in. */
const percentOf = (prediction: number): number => TENTHS * (Math.ceil(prediction * TENTHS - 1e-9) - 1);
