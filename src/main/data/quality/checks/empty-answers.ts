/** Answers without a visible character. */
import { answersOf, type QualityCheck, rowCheck } from '../check.ts';

/** White space and marks of width or direction are not seen; an import refuses those of white space alone. */
const VISIBLE = /[^\s\p{Cc}\p{Cf}]/u;

export const emptyAnswers: QualityCheck = {
  id: 'empty-answers',
  title: 'Empty answers',
  start: ({ kind }) =>
    kind === 'prompts'
      ? null
      : rowCheck((row) => answersOf(row).some((text) => !VISIBLE.test(text)), {
          meaning: 'An answer holds nothing but white space or marks that nobody sees',
          warns: true,
        }),
};
