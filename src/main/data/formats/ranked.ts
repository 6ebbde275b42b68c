/** Answers in an order: of every two the better one is chosen, and two that stand alike are a tie. Ties, scores and what belongs to an answer are kept. */
import type { TextOrChat } from '../../../preload/contract/datasets.ts';
import { type Draft, RowRefused } from './format.ts';
import { isBlank } from './messages.ts';
import { sameText } from './preference-pair.ts';
import { judgedDraft, verdictOfDifference } from './two-answers.ts';

export interface RankedAnswer {
  readonly answer: TextOrChat;
  /** Higher is better. */
  readonly worth: number;
  /** The score that is stored; null where the order is all there is. */
  readonly score: number | null;
  /** What belongs to this answer alone. */
  readonly about: Readonly<Record<string, unknown>>;
}

/** More answers to one prompt would make millions of pairs of one row. */
const MAX_ANSWERS = 200;

/** All pairs of the answers, in the list's order; refused when fewer than two differ. */
export function rankedPairs(
  prompt: TextOrChat,
  answers: readonly RankedAnswer[],
  metadata: Record<string, unknown>,
): readonly Draft[] {
  if (answers.length > MAX_ANSWERS)
    throw new RowRefused(`${answers.length} answers to one prompt; at most ${MAX_ANSWERS}`);
  const usable = answers.filter(({ answer }) => !isBlank(answer));
  const pairs = usable.flatMap((first, i) =>
    usable.slice(i + 1).flatMap((second) => {
      const verdict = verdictOfDifference(first.worth - second.worth);
      // the same text twice teaches nothing, whatever the raters said
      return sameText(first.answer, second.answer) ? [] : [{ first, second, verdict }];
    }),
  );
  if (pairs.length === 0) throw new RowRefused('fewer than two answers that differ: no pair');
  return pairs.map(({ first, second, verdict }) =>
    judgedDraft({
      prompt,
      a: first.answer,
      b: second.answer,
      verdict,
      scoreA: first.score,
      scoreB: second.score,
      metadata,
      perAnswer: Object.fromEntries(
        [...new Set([...Object.keys(first.about), ...Object.keys(second.about)])].map((name) => [
          name,
          [first.about[name], second.about[name]] as const,
        ]),
      ),
    }),
  );
}
