/** Answers without a visible character. */
import { answersOf, type QualityCheck, rowCheck } from '../check.ts';

export const emptyAnswers: QualityCheck = {
  id: 'empty-answers',
  title: 'Empty answers',
  start: ({ kind }) =>
    kind === 'prompts'
      ? null
      : rowCheck((row) => answersOf(row).some((text) => text.trim() === ''), {
          meaning: 'An answer holds nothing but white space',
          warns: true,
        }),
};
