/** JSONL: one JSON object a line, or one list of objects; blank lines are not records. */
import type { SourceRecord } from '../records.ts';
import { type CR, type ReadOptions, readLines } from './bytes.ts';
import { DatasetError, faultAt } from './dataset-error.ts';
import { asObject, parseJson, type RecordObject } from './json-text.ts';

const NOT_A_LIST =
  'one object; a list of objects (or one object per line, .jsonl) was expected; pandas writes one with orient="records"';

export async function* readJsonLines(
  path: string,
  options: ReadOptions,
  end?: typeof CR,
): AsyncGenerator<SourceRecord> {
  // many tools name JSONL ".json", but one lone object under that name is a document, not a dataset
  let held: SourceRecord | undefined;
  const suspicious = /\.json(\.gz|\.zst)?$/i.test(path);
  let row = 0;
  for await (const { text, line } of readLines(path, options, end)) {
    const trimmed = text.trim();
    if (trimmed === '') continue;
    if (row === 0 && trimmed === '{') throw faultAt(path, line, NOT_A_LIST);
    const value = options.onFault
      ? attempt(path, trimmed, { line, row }, options.onFault)
      : recordOf(path, trimmed, line);
    const record = value && { value, line, row };
    row++;
    if (suspicious && row === 1) held = record;
    else {
      if (held) yield held;
      held = undefined;
      if (record) yield record;
    }
  }
  if (held) throw faultAt(path, held.line ?? 1, NOT_A_LIST);
}

const recordOf = (path: string, text: string, line: number): SourceRecord['value'] =>
  asObject(parsedLine(path, text, line), `${path}:${line}`, { line });

function attempt(
  path: string,
  text: string,
  place: { readonly line: number; readonly row: number },
  onFault: NonNullable<ReadOptions['onFault']>,
): SourceRecord['value'] | undefined {
  try {
    return recordOf(path, text, place.line);
  } catch (error) {
    if (!(error instanceof DatasetError)) throw error;
    onFault({ ...place, error });
    return undefined;
  }
}

function parsedLine(path: string, text: string, line: number): unknown {
  const before = line > 2 ? `; lines 1-${line - 1} are fine` : line === 2 ? '; line 1 is fine' : '';
  return parseJson(text, `${path}:${line}`, { line }, before);
}

/** The first line is a whole list of objects and another one follows: such a file is no JSON list. */
export const beginsWithListLine = (text: string): boolean => /^\[\{[^\n]*\}\s*\]\s*\n\s*\[\s*\{/.test(text);

/** A list of objects a line (WebGPT): its items by their place, "0.answer". */
export async function* readListLines(path: string, options: ReadOptions): AsyncGenerator<SourceRecord> {
  let row = 0;
  for await (const { text, line } of readLines(path, options)) {
    const trimmed = text.trim();
    if (trimmed === '') continue;
    const value = parsedLine(path, trimmed, line);
    if (!Array.isArray(value)) throw faultAt(path, line, 'a list of objects was expected, as in the lines before');
    const items = value.map((item: unknown, place): readonly [string, RecordObject] => [
      String(place),
      asObject(item, `${path}:${line}: item ${place} of the list`, { line }),
    ]);
    yield { value: Object.fromEntries(items), line, row: row++ };
  }
}
