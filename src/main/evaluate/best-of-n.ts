/** Best-of-n: several answers to each prompt, of which the one with the highest score is kept (Stiennon et al., 2009.01325). A baseline that trains nothing. */
import { type Judge, type JudgedAnswer, JudgeError } from './judges/judge.ts';

/** `rounds[k][prompt]` → for each prompt the best of its answers; the first among equals. */
export async function bestAnswers(
  rounds: readonly (readonly JudgedAnswer[])[],
  picker: Judge,
): Promise<JudgedAnswer[]> {
  if (!picker.score) throw new JudgeError('best-of-n needs a judge that scores answers one by one');
  const best = [...rounds[0]];
  const scores = await picker.score(best);
  for (const round of rounds.slice(1)) {
    const found = await picker.score(round);
    found.forEach((score, i) => {
      if (score <= scores[i]) return;
      scores[i] = score;
      best[i] = round[i];
    });
  }
  return best;
}

/**
 * What the best of n of a prompt's answers is worth on average, for every choice of n among all N of them (Nakano et al., 2112.09332): the answer
 * of rank i by `scores`, counted from below, is the best of C(i−1, n−1) of the C(N, n) choices. No bias, and less noise than n answers drawn once.
 */
export function expectedBestOfN(scores: readonly number[], values: readonly number[], n: number): number {
  const count = scores.length;
  if (values.length !== count || !Number.isInteger(n) || n < 1 || n > count)
    throw new RangeError(`best of ${n} of ${count} scores and ${values.length} values: n must be 1 … ${count}`);
  const order = scores.map((_, i) => i).sort((a, b) => scores[a] - scores[b]);
  // C(i−1, n−1) / C(N, n) from the top rank down: n/N, then times (i−n)/(i−1) for each step from rank i to i−1
  let weight = n / count;
  let total = 0;
  for (let rank = count; rank >= n; rank--) {
    total += weight * values[order[rank - 1]];
    weight *= (rank - n) / Math.max(1, rank - 1);
  }
  return total;
}
