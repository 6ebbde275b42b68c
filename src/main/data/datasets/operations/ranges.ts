/** Sets of row numbers as text: "0-9,12". */
import { DatasetError } from '../../records.ts';

/** Numbers below `rows`. Throws DatasetError for what is no range of them. */
export function readRanges(text: string, rows: number): Set<number> {
  const numbers = new Set<number>();
  for (const part of text.split(',').filter((each) => each.trim() !== '')) {
    const [, first, last = first] = /^\s*(\d+)(?:\s*-\s*(\d+))?\s*$/.exec(part) ?? [];
    const [from, to] = [Number(first), Number(last)];
    if (!(from <= to && to < rows))
      throw new DatasetError(
        `"${part.trim()}" is no range of rows: numbers from 0 to ${rows - 1} were expected, as in 0-9,12`,
      );
    for (let row = from; row <= to; row++) numbers.add(row);
  }
  return numbers;
}

/** Of rising numbers. */
export function writeRanges(numbers: Iterable<number>): string {
  const ranges: [number, number][] = [];
  for (const row of numbers) {
    const last = ranges.at(-1);
    if (last && last[1] === row - 1) last[1] = row;
    else ranges.push([row, row]);
  }
  return ranges.map(([from, to]) => (from === to ? String(from) : `${from}-${to}`)).join(',');
}
