/** Answers in another script than their prompt: a translation that was asked for, or a model that changed its language. */
import { answersOf, type QualityCheck, rowCheck } from '../check.ts';
import { countScripts, mainScript, NO_LETTERS } from '../scripts.ts';

/** Letters that a text must have to be judged: a name or a formula is in no language. */
const FEWEST_LETTERS = 8;

function scriptOf(text: string): number {
  const counts = countScripts(text);
  return counts.reduce((sum, n) => sum + n) < FEWEST_LETTERS ? NO_LETTERS : mainScript(counts);
}

export const answerScript: QualityCheck = {
  id: 'answer-script',
  title: 'Script changes',
  start({ kind }) {
    if (kind === 'prompts') return null;
    return rowCheck(
      (row) => {
        const asked = scriptOf(row.prompt);
        if (asked === NO_LETTERS) return false;
        return answersOf(row)
          .map(scriptOf)
          .some((script) => script !== NO_LETTERS && script !== asked);
      },
      { meaning: 'Most letters of an answer are of another script than those of its prompt', warns: true },
    );
  },
};
