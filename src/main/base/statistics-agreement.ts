/** Agreement between raters beyond chance: Cohen's κ, Fleiss' κ, Krippendorff's α. */

/** Weights of disagreement between two categories of `count`, 0 … 1. */
const DISTANCES = {
  unweighted: (a: number, b: number): number => (a === b ? 0 : 1),
  linear: (a: number, b: number): number => Math.abs(a - b),
  quadratic: (a: number, b: number): number => (a - b) ** 2,
} as const;
export type KappaWeights = keyof typeof DISTANCES;

/**
 * κ = 1 − observed / expected disagreement (Cohen 1960; weighted 1968). Weights go by the place of a category among those that occur. NaN when both
 * raters use one and the same category throughout.
 */
export function cohenKappa(
  first: ArrayLike<number>,
  second: ArrayLike<number>,
  weights: KappaWeights = 'unweighted',
): number {
  const n = first.length;
  if (n === 0 || second.length !== n)
    throw new RangeError(`cohenKappa: needs both raters' labels of the same items, found ${n} and ${second.length}`);
  const distance = DISTANCES[weights];
  const categories = [...new Set([...Array.from(first), ...Array.from(second)])].sort((a, b) => a - b);
  const place = new Map(categories.map((category, i) => [category, i]));
  const of = (labels: ArrayLike<number>, i: number): number => place.get(labels[i]) ?? 0;
  const margins = [first, second].map((labels) => {
    const counts = new Float64Array(categories.length);
    for (let i = 0; i < n; i++) counts[of(labels, i)]++;
    return counts;
  });
  let observed = 0;
  for (let i = 0; i < n; i++) observed += distance(of(first, i), of(second, i)) / n;
  let expected = 0;
  for (let a = 0; a < categories.length; a++)
    for (let b = 0; b < categories.length; b++) expected += (distance(a, b) * margins[0][a] * margins[1][b]) / (n * n);
  return 1 - observed / expected;
}

/** κ of many raters (Fleiss 1971). `counts[item][category]`: how many raters chose it; every item has as many ratings. */
export function fleissKappa(counts: readonly (readonly number[])[]): number {
  const totals = counts.map((row) => row.reduce((a, b) => a + b, 0));
  const raters = totals[0];
  if (!(raters >= 2) || totals.some((total) => total !== raters))
    throw new RangeError('fleissKappa: every item needs the same number of ratings, at least two');
  const n = counts.length;
  const shares = counts[0].map((_, j) => counts.reduce((sum, row) => sum + row[j], 0) / (n * raters));
  const agreement = counts.map((row) => row.reduce((sum, c) => sum + c * (c - 1), 0) / (raters * (raters - 1)));
  const observed = agreement.reduce((a, b) => a + b, 0) / n;
  const expected = shares.reduce((sum, share) => sum + share ** 2, 0);
  return (observed - expected) / (1 - expected);
}

export type AlphaLevel = 'nominal' | 'ordinal' | 'interval' | 'ratio';

/**
 * α = 1 − observed / expected disagreement over all pairable ratings (Krippendorff 2011). `ratings[rater][unit]`, null = missing; units with fewer
 * than two ratings drop out. NaN when nothing can be paired or only one value occurs.
 */
export function krippendorffAlpha(ratings: readonly (readonly (number | null)[])[], level: AlphaLevel): number {
  const units = (ratings[0] ?? []).map((_, unit) =>
    ratings.map((row) => row[unit]).filter((value) => value !== null && value !== undefined),
  );
  const pairable = units.filter((unit) => unit.length >= 2);
  const values = [...new Set(pairable.flat())].sort((a, b) => a - b);
  const totals = values.map((value) => pairable.flat().filter((v) => v === value).length);
  const distance = alphaDistance(level, values, totals);
  const n = totals.reduce((a, b) => a + b, 0);
  let observed = 0;
  for (const unit of pairable)
    for (const a of unit)
      for (const b of unit) observed += distance(values.indexOf(a), values.indexOf(b)) / (unit.length - 1);
  let expected = 0;
  for (let a = 0; a < values.length; a++)
    for (let b = 0; b < values.length; b++) expected += (totals[a] * totals[b] * distance(a, b)) / (n - 1);
  return 1 - observed / expected;
}

/** Squared difference of two values by their places among those that occur. */
function alphaDistance(level: AlphaLevel, values: readonly number[], totals: readonly number[]) {
  return (a: number, b: number): number => {
    if (a === b) return 0;
    switch (level) {
      case 'nominal':
        return 1;
      case 'interval':
        return (values[a] - values[b]) ** 2;
      case 'ratio':
        return values[a] + values[b] === 0 ? 0 : ((values[a] - values[b]) / (values[a] + values[b])) ** 2;
      case 'ordinal': {
        const between = totals.slice(Math.min(a, b), Math.max(a, b) + 1).reduce((x, y) => x + y, 0);
        return (between - (totals[a] + totals[b]) / 2) ** 2;
      }
    }
  };
}
