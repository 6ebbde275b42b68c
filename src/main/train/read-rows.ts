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
  const kept: T[] = [];
  const reasons: string[] = [];
  for await (const record of readRecords(file))
    for (const row of [take(file, record)].flat() as (T | Dropped)[]) {
      if ('dropped' in row) reasons.push(`row ${record.row + 1}: ${row.dropped}`);
      else kept.push(row);
    }
  if (reasons.length > 0) {
    const text = `${reasons.length} rows of ${path} were dropped; the first is ${reasons[0]}`;
    control.emit({ type: 'log', level: 'warning', text });
  }
  return kept;
}
