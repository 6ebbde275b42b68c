/** Single answers as KTO trains on them: each row with the answer it borrows for the KL estimate. */
import { type AnswerTokens, answerRow, type TokenRow } from '../data/batches.ts';

export interface LabelledTokens extends AnswerTokens {
  readonly label: boolean;
}

export interface UnpairedRow {
  readonly row: TokenRow;
  /** This prompt with another row's answer. */
  readonly borrowed: TokenRow;
  readonly label: boolean;
}

/**
 * TRL's rule: in each group of `groupSize` consecutive rows, row i borrows the answer of row i − 1 and the first that of the last (a smaller last
 * group turns within itself). In a group of one a row borrows its own answer.
 */
export function lendAnswers(
  rows: readonly LabelledTokens[],
  groupSize: number,
  maxLength: number | null,
): UnpairedRow[] {
  return rows.map(({ prompt, answer, label }, i) => {
    const first = i - (i % groupSize);
    const last = Math.min(first + groupSize, rows.length) - 1;
    const lender = rows[i === first ? last : i - 1];
    return {
      row: answerRow(prompt, answer, maxLength),
      borrowed: answerRow(prompt, lender.answer, maxLength),
      label,
    };
  });
}

/** Pairs in one block of TRL's order. */
const BLOCK = 1000;

/** Pairs taken apart in TRL's order: of every 1000 pairs first all chosen answers, then all rejected ones. `rows` hold each pair's two side by side. */
export function unpairedOrder<T>(rows: readonly T[]): T[] {
  const ordered: T[] = [];
  for (let at = 0; at < rows.length; at += 2 * BLOCK) {
    const block = rows.slice(at, at + 2 * BLOCK);
    ordered.push(...block.filter((_, i) => i % 2 === 0), ...block.filter((_, i) => i % 2 === 1));
  }
  return ordered;
}
