/** Means and sums in float64: one definition for losses' metrics and for reports. */

/** Mean of the entries from `from` to `to`; 0 when there are none. */
export function mean(values: ArrayLike<number>, from = 0, to = values.length): number {
  if (to <= from) return 0;
  return sum(values, from, to) / (to - from);
}

export function sum(values: ArrayLike<number>, from = 0, to = values.length): number {
  let total = 0;
  for (let i = from; i < to; i++) total += values[i];
  return total;
}
