/** Smoothing of curves: an exponential moving average, bias-corrected, so that the first points are not pulled to 0. */

export type Point = readonly [x: number, y: number];

/**
 * EMA with weight `strength` (0 … <1) of the past: s_t = a·s_{t−1} + (1−a)·y_t, shown as s_t / (1 − a^t)
 * (the correction of Adam, Kingma & Ba 2014, section 3). Non-finite values are left out.
 */
export function smooth(points: readonly Point[], strength: number): readonly Point[] {
  if (strength <= 0) return points;
  const weight = Math.min(strength, 0.999);
  let sum = 0;
  let total = 0;
  const out: Point[] = [];
  for (const [x, y] of points) {
    if (!Number.isFinite(y)) continue;
    sum = weight * sum + (1 - weight) * y;
    total = weight * total + (1 - weight);
    out.push([x, sum / total]);
  }
  return out;
}
