/** The likeliest tokens of a row of logits. */

/** Indices of the `count` largest entries, largest first, the lower index first among equals. */
export function likeliest(row: Float32Array, count: number): number[] {
  const best: number[] = [];
  for (let i = 0; i < row.length; i++) {
    if (best.length === count && !(row[i] > row[best[count - 1]])) continue;
    let at = Math.min(best.length, count - 1);
    while (at > 0 && row[best[at - 1]] < row[i]) {
      best[at] = best[at - 1];
      at--;
    }
    best[at] = i;
  }
  return count === 0 ? [] : best;
}
