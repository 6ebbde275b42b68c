/** One JSON object whose rows are a list under a well-known key, as LLM Comparator's files are; streamed like a list. */
import type { SourceRecord } from '../records.ts';
import type { ReadOptions } from './bytes.ts';
import { parseExact } from './exact-json.ts';
import { readJsonArray } from './json-array.ts';
import type { RecordObject } from './json-text.ts';

/** Keys under which documents keep their rows. */
const LISTS: ReadonlySet<string> = new Set(['examples', 'data', 'rows', 'records', 'instances']);
/** What stands before the list is given to every row: only where it is short. */
const MAX_SHARED_BYTES = 16 << 10;

export interface RowList {
  /** Bytes before the list's bracket. */
  readonly offset: number;
  /** What stands before the list, as columns of every row. */
  readonly shared: Readonly<Record<string, unknown>>;
}

/** The list of rows in the beginning of a document (its bytes as Latin-1, so that places are bytes); undefined when it is no such document, or when more objects follow it. */
export function findRowList(head: string, isWhole: boolean): RowList | undefined {
  let depth = 0;
  let list: RowList | undefined;
  for (let at = 0; at < head.length; at++) {
    const c = head[at];
    if (c === '"') {
      const end = endOfString(head, at);
      if (end < 0) break;
      if (depth === 1 && !list) list = listAfter(head, at, end);
      at = end;
    } else if (c === '{' || c === '[') depth++;
    else if ((c === '}' || c === ']') && --depth === 0)
      // one object a line: rows, each of which happens to hold a list
      return head.slice(at + 1).trim() === '' ? list : undefined;
  }
  return isWhole ? undefined : list;
}

function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === '"') return at;
  }
  return -1;
}

/** The list of objects that a key at `start` names. */
function listAfter(head: string, start: number, end: number): RowList | undefined {
  const bracket = /^\s*:\s*\[(?=\s*[{\]])/.exec(head.slice(end + 1, end + 200));
  if (!LISTS.has(head.slice(start + 1, end)) || !bracket) return undefined;
  const offset = end + bracket[0].length;
  return { offset, shared: sharedBefore(head.slice(0, offset + 1)) };
}

function sharedBefore(text: string): RowList['shared'] {
  if (text.length > MAX_SHARED_BYTES) return {};
  try {
    const document = parseExact(Buffer.from(`${text.slice(0, -1)}null}`, 'latin1').toString('utf8')) as object;
    // pandas' orient="table" describes its columns there
    const isPandas = 'schema' in document && 'pandas_version' in Object(document.schema);
    return Object.fromEntries(
      Object.entries(document).filter(([key]) => !LISTS.has(key) && !(isPandas && key === 'schema')),
    );
  } catch {
    // the reader of the rows says what is wrong, where it matters for them
    return {};
  }
}

/** The row itself where the Hugging Face hub's viewer wraps it: {row_idx, row, truncated_cells}; what stands before such rows is about the viewer. */
function rowIn({ row_idx: place, row, truncated_cells: cut }: RecordObject): RecordObject | undefined {
  const isWrapped = typeof place === 'number' && row !== null && typeof row === 'object' && Array.isArray(cut);
  return isWrapped ? (row as RecordObject) : undefined;
}

export async function* readJsonDocument(
  path: string,
  { offset, shared }: RowList,
  options: ReadOptions,
): AsyncGenerator<SourceRecord> {
  for await (const record of readJsonArray(path, options, offset))
    yield { ...record, value: rowIn(record.value) ?? { ...shared, ...record.value } };
}
