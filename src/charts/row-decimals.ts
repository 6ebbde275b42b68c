/** How many decimals the numbers of a row of final values get: as many as its intervals know, the same in every cell. */
import type { CompareRow } from '../preload/contract/compare.ts';

/** More say nothing on a page. */
const MOST = 4;
/** The largest number of a row without intervals is written with as many parts. */
const DIGITS = 1000;
/** Beyond it, and closer to 0, powers of ten are shorter. */
const LARGEST = 1e6;

/**
 * Decimals at which the narrowest interval of the row still has a first digit of its half, 0 to 4; without intervals, those that give the
 * largest number about four digits. null where numbers are too large or too small for decimals: each is then written by itself.
 */
export function rowDecimals({ cells }: Pick<CompareRow, 'cells'>): number | null {
  const estimates = cells.flatMap((cell) => (cell ? [cell, ...(cell.difference ? [cell.difference] : [])] : []));
  const halves = estimates.flatMap(({ low, high }) =>
    low === null || high === null || high <= low ? [] : [(high - low) / 2],
  );
  const largest = Math.max(...estimates.map(({ value }) => Math.abs(value ?? 0)));
  if (!(largest > 0) || largest >= LARGEST) return null;
  const decimals = Math.ceil(-Math.log10(halves.length > 0 ? Math.min(...halves) : largest / DIGITS));
  return decimals > MOST ? null : Math.max(0, decimals);
}
