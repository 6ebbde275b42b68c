/** JSONL: one JSON object a line; blank lines are not records. */
import type { SourceRecord } from '../records.ts';
import { type ReadOptions, readLines } from './bytes.ts';
import { faultAt } from './dataset-error.ts';
import { asObject, parseJson } from './json-text.ts';

const NOT_A_LIST = 'one object; a list of objects (or one object per line, .jsonl) was expected';

export async function* readJsonLines(path: string, options: ReadOptions): AsyncGenerator<SourceRecord> {
  // many tools name JSONL ".json", but one lone object under that name is a document, not a dataset
  let held: SourceRecord | undefined;
  const suspicious = /\.json(\.gz|\.zst)?$/i.test(path);
  let row = 0;
  for await (const { text, line } of readLines(path, options)) {
    const trimmed = text.trim();
    if (trimmed === '') continue;
    if (row === 0 && trimmed === '{') throw faultAt(path, line, NOT_A_LIST);
    const record = { value: recordOf(path, trimmed, line), line, row: row++ };
    if (suspicious && row === 1) held = record;
    else {
      if (held) yield held;
      held = undefined;
      yield record;
    }
  }
  if (held) throw faultAt(path, held.line ?? 1, NOT_A_LIST);
}

function recordOf(path: string, text: string, line: number): SourceRecord['value'] {
  const where = `${path}:${line}`;
  const before = line > 2 ? `; lines 1-${line - 1} are fine` : line === 2 ? '; line 1 is fine' : '';
  return asObject(parseJson(text, where, { line }, before), where, { line });
}
