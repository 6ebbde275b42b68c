/** Rows as the text of a JSONL file. */
import { writeFileSync } from 'node:fs';

export const jsonLines = (rows: readonly unknown[]): string => rows.map((row) => `${JSON.stringify(row)}\n`).join('');

/** Writes rows as a JSONL file; returns its path. */
export function writeJsonLines(path: string, rows: readonly unknown[]): string {
  writeFileSync(path, jsonLines(rows));
  return path;
}
