/** Are probabilities right as often as they say? Reliability bins, calibration errors, Brier score, AUC and log loss. */

import { mean } from './statistics.ts';
import { ranks } from './statistics-correlation.ts';

export interface CalibrationBin {
  readonly n: number;
  readonly meanPrediction: number;
  readonly sharePositive: number;
}

export interface Reliability {
  readonly bins: readonly CalibrationBin[];
  /** Σ n_k / n · |mean prediction − share|. */
  readonly ece: number;
  /** The largest of the differences. */
  readonly mce: number;
}

export interface Calibration {
  /** Bin k holds k/count < p ≤ (k+1)/count, 0 in the first; empty bins are left out. */
  readonly equalWidth: Reliability;
  /** As many predictions in every bin, in rising order; the first bins hold one more where they do not divide. */
  readonly equalMass: Reliability;
  /** Mean (p − label)². */
  readonly brier: number;
  /** P(a positive scores above a negative), ties half; NaN with one class only. */
  readonly auc: number;
  /** −mean ln p(label), p kept within [1e-15, 1 − 1e-15]. */
  readonly logLoss: number;
}

const CLIP = 1e-15;
const clipped = (p: number): number => Math.min(1 - CLIP, Math.max(CLIP, p));

/** `labels` are 0 and 1. Throws RangeError where a probability is not a number. */
export function calibration(probabilities: ArrayLike<number>, labels: ArrayLike<number>, bins = 10): Calibration {
  const n = probabilities.length;
  if (n === 0 || labels.length !== n)
    throw new RangeError(`calibration: needs a label for each probability, found ${n} and ${labels.length}`);
  const all = Array.from({ length: n }, (_, i) => ({ p: probabilities[i], label: labels[i] }));
  const bad = all.findIndex(({ p }) => Number.isNaN(p));
  if (bad >= 0)
    throw new RangeError(`prediction ${bad} of ${n} is not a number: the model has diverged or its file is damaged`);
  const wide: (typeof all)[] = Array.from({ length: bins }, () => []);
  // 1e-9: 0.3 · 10 must not be pushed over its edge by rounding
  for (const item of all) wide[Math.min(bins - 1, Math.max(0, Math.ceil(item.p * bins - 1e-9) - 1))].push(item);
  const sorted = [...all].sort((a, b) => a.p - b.p);
  return {
    equalWidth: reliability(wide, n),
    equalMass: reliability(inParts(sorted, bins), n),
    brier: mean(all.map(({ p, label }) => (p - label) ** 2)),
    auc: areaUnderCurve(probabilities, labels),
    logLoss: -mean(all.map(({ p, label }) => Math.log(label ? clipped(p) : 1 - clipped(p)))),
  };
}

function inParts<T>(items: readonly T[], parts: number): T[][] {
  const size = Math.floor(items.length / parts);
  const larger = items.length % parts;
  const startOf = (k: number): number => k * size + Math.min(k, larger);
  return Array.from({ length: parts }, (_, k) => items.slice(startOf(k), startOf(k + 1)));
}

function reliability(groups: readonly (readonly { p: number; label: number }[])[], n: number): Reliability {
  const bins = groups
    .filter((group) => group.length > 0)
    .map((group) => ({
      n: group.length,
      meanPrediction: mean(group.map(({ p }) => p)),
      sharePositive: mean(group.map(({ label }) => label)),
    }));
  const gaps = bins.map((bin) => Math.abs(bin.meanPrediction - bin.sharePositive));
  return {
    bins,
    ece: bins.reduce((sum, bin, k) => sum + (bin.n / n) * gaps[k], 0),
    mce: Math.max(...gaps),
  };
}

/** Mann–Whitney: the mean rank of the positives. */
function areaUnderCurve(scores: ArrayLike<number>, labels: ArrayLike<number>): number {
  const places = ranks(scores);
  let positives = 0;
  let total = 0;
  for (let i = 0; i < labels.length; i++) {
    if (!labels[i]) continue;
    positives++;
    total += places[i];
  }
  const negatives = labels.length - positives;
  return (total - (positives * (positives + 1)) / 2) / (positives * negatives);
}
