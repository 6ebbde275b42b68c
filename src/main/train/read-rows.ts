/** Rows of a training file as a method counts them; what cannot be trained on is dropped, counted and said. */
import type { Dropped } from '../data/batches.ts';
import { readRecords, type SourceRecord } from '../data/records.ts';
import type { TrainControl } from './method.ts';

/** `take` turns a record of the file into a row, several rows, or the reason why it is left out. */
export async function readRows<T extends object>(
  path: string,
  control: TrainControl,
  take: (file: string, record: SourceRecord) => T | Dropped | readonly (T | Dropped)[],
): Promise<T[]> {
  const file = control.resolvePath(path);
  const found: (T | Dropped)[] = [];
  for await (const record of readRecords(file)) {
    const rows = take(file, record);
    if (Array.isArray(rows)) found.push(...rows);
    else found.push(rows as T | Dropped);
  }
  return keepRows(found, path, control);
}

/** The rows that can be trained on; a warning says how many of `path` cannot, and why the first of them. */
export function keepRows<T extends object>(rows: readonly (T | Dropped)[], path: string, control: TrainControl): T[] {
  const kept: T[] = [];
  const reasons: string[] = [];
  rows.forEach((row, i) => {
    if ('dropped' in row) reasons.push(`row ${i + 1}: ${row.dropped}`);
    else kept.push(row);
  });
  if (reasons.length > 0) {
    const text = `${reasons.length} rows of ${path} were dropped; the first is ${reasons[0]}`;
    control.emit({ type: 'log', level: 'warning', text });
  }
  return kept;
}
