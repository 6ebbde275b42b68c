/** Pairs whose two answers are the same text. */
import { type QualityCheck, rowCheck } from '../check.ts';

export const identicalAnswers: QualityCheck = {
  id: 'identical-answers',
  title: 'Identical answers',
  start: ({ kind }) =>
    kind === 'preference'
      ? rowCheck(({ chosen, rejected }) => chosen !== null && chosen === rejected, {
          meaning: 'No signal: the loss stays at ln 2',
          warns: true,
        })
      : null,
};
