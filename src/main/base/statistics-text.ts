/** How varied texts are, and how alike two of them are: distinct n-grams, self-BLEU, Jaccard similarity of shingles. */
import { mean } from './statistics.ts';

const wordsOf = (text: string): string[] => text.split(' ').filter((word) => word !== '');

/** Runs of n items as keys. */
function grams(items: readonly string[], n: number): string[] {
  return Array.from({ length: Math.max(0, items.length - n + 1) }, (_, i) => items.slice(i, i + n).join('\u0000'));
}

/** Different n-grams of words over all of them, all texts together (Li et al., 1510.03055); 0 without any. */
export function distinctShare(texts: readonly string[], n: number): number {
  const all = texts.flatMap((text) => grams(wordsOf(text), n));
  return all.length === 0 ? 0 : new Set(all).size / all.length;
}

function countsOf(items: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const item of items) counts.set(item, (counts.get(item) ?? 0) + 1);
  return counts;
}

/** A precision of 0 becomes this over its denominator (Chen & Cherry 2014, method 1). */
const SMOOTHING = 0.1;

/** BLEU of a text against others (Papineni et al. 2002): orders 1 … n with equal weights, brevity by the closest reference. */
function bleu(text: readonly string[], others: readonly (readonly string[])[], n: number): number {
  let logs = 0;
  for (let order = 1; order <= n; order++) {
    const own = grams(text, order);
    const seen = others.map((other) => countsOf(grams(other, order)));
    let hits = 0;
    for (const [gram, count] of countsOf(own))
      hits += Math.min(count, Math.max(0, ...seen.map((c) => c.get(gram) ?? 0)));
    if (order === 1 && hits === 0) return 0;
    logs += Math.log((hits === 0 ? SMOOTHING : hits) / Math.max(1, own.length)) / n;
  }
  const closest = others
    .map((other) => other.length)
    .reduce((best, length) => {
      const [gap, known] = [Math.abs(length - text.length), Math.abs(best - text.length)];
      return gap < known || (gap === known && length < best) ? length : best;
    });
  return Math.exp(logs + (text.length >= closest ? 0 : 1 - closest / text.length));
}

/** Self-BLEU (Zhu et al., 1802.01886): each text against all others; the mean is high when they are alike. Needs two texts. */
export function selfBleu(
  texts: readonly string[],
  n: number,
): { readonly mean: number; readonly each: readonly number[] } {
  if (texts.length < 2) throw new RangeError(`selfBleu: needs at least two texts, found ${texts.length}`);
  const words = texts.map(wordsOf);
  const each = words.map((text, i) =>
    bleu(
      text,
      words.filter((_, j) => j !== i),
      n,
    ),
  );
  return { mean: mean(each), each };
}

/** |A ∩ B| / |A ∪ B| of the sets of runs of `size` words or code points; null when neither text is that long. */
export function jaccard(first: string, second: string, unit: 'words' | 'characters', size = 5): number | null {
  const [a, b] = [first, second].map((text) => new Set(grams(unit === 'words' ? wordsOf(text) : [...text], size)));
  const union = new Set([...a, ...b]).size;
  if (union === 0) return null;
  return [...a].filter((gram) => b.has(gram)).length / union;
}
