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
