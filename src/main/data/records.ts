/** Records of a JSONL, JSON or CSV file (gzip or zstandard too), streamed, each with the line it came from; every fault is named with its line. */
import { type ReadOptions, readBytes, readLines } from './records/bytes.ts';
import { DatasetError } from './records/dataset-error.ts';
import { readDelimited } from './records/delimited.ts';
import { readJsonArray } from './records/json-array.ts';
import { readJsonLines } from './records/json-lines.ts';

export { fileSize, type ReadOptions, whileUnchanged } from './records/bytes.ts';
export { DatasetError } from './records/dataset-error.ts';

export interface SourceRecord {
  readonly value: Readonly<Record<string, unknown>>;
  /** 1-based line on which the record begins. */
  readonly line: number | null;
  /** 0-based place among the records. */
  readonly row: number;
}

export type Container = 'jsonl' | 'json' | 'csv' | 'tsv';

/** What kind of file its beginning says it is. */
export async function detectContainer(path: string): Promise<Container> {
  const first = await firstCharacter(path);
  if (first === '[') return 'json';
  if (first === '{') return 'jsonl';
  for await (const { text } of readLines(path))
    if (text.trim() !== '') return text.includes('\t') && !text.includes(',') ? 'tsv' : 'csv';
  throw new DatasetError(`${path}: no rows: only blank lines`);
}

/** The first byte that is no white space: a JSON array may be one line of any length. */
async function firstCharacter(path: string): Promise<string> {
  let empty = true;
  for await (const chunk of readBytes(path)) {
    empty = false;
    const byte = chunk.find((b) => b > 32 || b === 0);
    if (byte !== undefined) return String.fromCharCode(byte);
  }
  throw new DatasetError(empty ? `${path}: the file is empty` : `${path}: no rows: only blank lines`);
}

/** All records of a file. Blank lines are not records. A fault of the file (not of a row's content) ends the reading with an error. */
export async function* readRecords(path: string, options: ReadOptions = {}): AsyncGenerator<SourceRecord> {
  const container = await detectContainer(path);
  if (container === 'json') yield* readJsonArray(path, options);
  else if (container === 'jsonl') yield* readJsonLines(path, options);
  else yield* readDelimited(path, container === 'tsv' ? '\t' : ',', options);
}
