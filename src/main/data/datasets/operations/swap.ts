/** A pair the other way round: what was rejected is chosen. */
import type { NewPair } from '../../store/pairs.ts';

/** Scores stay with their answers, and the margin, chosen minus rejected, changes its sign. */
export const swapped = <Row extends NewPair>(row: Row): Row => ({
  ...row,
  chosen: row.rejected,
  rejected: row.chosen,
  scoreChosen: row.scoreRejected,
  scoreRejected: row.scoreChosen,
  margin: row.margin === null ? null : 0 - row.margin,
});
