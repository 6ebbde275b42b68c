/** Rows as aligned columns for a terminal, cut where a cell is long. */

const WIDEST = 48;

/** One line, without control characters that would move a terminal's cursor. */
export function oneLine(text: string, widest = WIDEST): string {
  const clean = text.replace(/\s+/g, ' ').replace(/\p{Cc}/gu, '·');
  return clean.length > widest ? `${clean.slice(0, widest - 1).toWellFormed()}…` : clean;
}

/** What there is none of is null. */
type Cell = string | number | null;

/** Digits of a measured number that are worth reading. */
const DIGITS = 5;

const numberText = (value: number): string =>
  Number.isInteger(value) ? value.toLocaleString('en') : String(Number(value.toPrecision(DIGITS)));

/** Lines with a heading; numbers stand at the right of their columns. */
export function tableLines(heading: readonly string[], rows: readonly (readonly Cell[])[]): string[] {
  const cells = rows.map((row) =>
    row.map((cell) => (typeof cell === 'number' ? numberText(cell) : oneLine(cell ?? '–'))),
  );
  const widths = heading.map((name, i) => Math.max(name.length, ...cells.map((row) => row[i].length)));
  const isNumber = heading.map((_, i) => rows.length > 0 && rows.every((row) => typeof row[i] !== 'string'));
  const line = (row: readonly string[]) =>
    row
      .map((cell, i) => (isNumber[i] ? cell.padStart(widths[i]) : cell.padEnd(widths[i])))
      .join('  ')
      .trimEnd();
  return [heading, ...cells].map(line);
}
