/** Rows of a training file as a method counts them; what cannot be trained on is dropped, counted and said. */
import type { Dropped } from '../data/batches.ts';
import type { SourceRecord } from '../data/records.ts';
import { isDropped, trainingRecords } from '../data/training-records.ts';
import { ConfigError } from './config.ts';
import type { TrainControl } from './method.ts';

/** What was made of a record, and which one that was: 0-based, as records count. */
export interface Numbered<T> {
  readonly made: T | Dropped;
  readonly record: number;
}

type Take<T> = (file: string, record: SourceRecord) => T | Dropped | readonly (T | Dropped)[];

/** `take` turns a record of the file into a row, several rows, or the reason why it is left out. Throws as `keepRows` does. */
export async function readRows<T extends object>(path: string, control: TrainControl, take: Take<T>): Promise<T[]> {
  return keepRows(await numberedRows(path, control, take), path, control);
}

/** As `readRows`, with nothing left out yet. */
export async function numberedRows<T extends object>(
  path: string,
  control: TrainControl,
  take: Take<T>,
): Promise<Numbered<T>[]> {
  const file = control.resolvePath(path);
  const found: Numbered<T>[] = [];
  for await (const record of trainingRecords(file)) {
    const made = isDropped(record) ? { dropped: record.dropped } : take(file, record);
    for (const each of [made].flat() as (T | Dropped)[]) found.push({ made: each, record: record.row });
  }
  return found;
}

/** The rows that can be trained on; a warning says how many of `path` cannot, and why the first of them. Throws ConfigError where none can. */
export function keepRows<T extends object>(rows: readonly Numbered<T>[], path: string, control: TrainControl): T[] {
  const kept: T[] = [];
  const reasons: string[] = [];
  for (const { made, record } of rows) {
    if ('dropped' in made) reasons.push(`row ${record + 1}: ${made.dropped}`);
    else kept.push(made);
  }
  if (reasons.length > 0 && kept.length === 0)
    throw new ConfigError(`${path}: none of its ${reasons.length} rows can be used; the first is ${reasons[0]}`);
  if (reasons.length > 0) {
    const text = `${reasons.length} rows of ${path} were dropped; the first is ${reasons[0]}`;
    control.emit({ type: 'log', level: 'warning', text });
  }
  return kept;
}
