/** Pairs that decide nothing. */
import { type QualityCheck, rowCheck } from '../check.ts';

export const ties: QualityCheck = {
  id: 'ties',
  title: 'Ties',
  start: ({ kind }) =>
    kind === 'preference'
      ? rowCheck(({ pair }) => pair.tie, {
          meaning: 'Neither answer is the better one: drop them, or choose a loss that takes ties',
          warns: true,
        })
      : null,
};
