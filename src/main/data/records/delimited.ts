/** CSV and TSV with a header: csv-parse reads the fields, this file counts lines and says what is wrong in words. */
import { pipeline, Readable } from 'node:stream';
import { parse as parseCsv } from 'csv-parse';
import type { SourceRecord } from '../records.ts';
import { type CR, MAX_RECORD_BYTES, type ReadOptions, readLines } from './bytes.ts';
import { DatasetError, faultAt } from './dataset-error.ts';
import { checkHeader } from './header.ts';

interface CsvFault {
  readonly code?: string;
  readonly message: string;
  readonly lines?: number;
  readonly column?: number;
}

/** How a table of text is written. */
export interface Dialect {
  readonly delimiter: string;
  /** Carriage returns alone end its lines. */
  readonly end?: typeof CR;
  /** A quote that begins a field opens one that may hold separators and line ends; else it is a character like others. */
  readonly isQuoted: boolean;
}

export async function* readDelimited(
  path: string,
  { delimiter, end, isQuoted }: Dialect,
  options: ReadOptions,
): AsyncGenerator<SourceRecord> {
  let header: readonly string[] | undefined;
  let ended = { lines: 0, empty: 0 };
  /** csv-parse counts a line for each carriage return inside quotes; editors do not. */
  let overcount = 0;
  /** Lines on which the rows begin that were parsed and not yet yielded. */
  const begins: number[] = [];
  const parser = parseCsv({
    delimiter,
    // both, because tables put together from several have both
    record_delimiter: end === undefined ? ['\r\n', '\n'] : '\r',
    quote: isQuoted ? '"' : false,
    skip_empty_lines: true,
    relax_column_count: true,
    max_record_size: MAX_RECORD_BYTES,
    // called for each row as it is parsed, so that a fault in a later row of the same chunk still knows header and lines
    on_record: (fields: string[], info) => {
      // where carriage returns end lines, one inside quotes is a line end
      if (end === undefined)
        overcount += fields.reduce((n, cell) => n + (cell.includes('\r') ? cell.split('\r').length - 1 : 0), 0);
      const [lines, empty] = [info.lines - overcount, info.empty_lines];
      begins.push(ended.lines + 1 + empty - ended.empty);
      ended = { lines, empty };
      header ??= fields.map((name) => name.trim());
      return fields;
    },
  });
  // leaving the loop early destroys the parser, and the pipeline then closes the file
  pipeline(Readable.from(linesOf(path, options, end)), parser, () => undefined);
  let row = -1;
  try {
    for await (const fields of parser as AsyncIterable<string[]>) {
      const line = begins.shift() ?? 0;
      if (row < 0) checkHeader(path, line, header ?? []);
      else yield { value: objectOf(path, line, header ?? [], fields), line, row };
      row++;
    }
  } catch (cause) {
    throw inWords(path, cause, { begins: ended.lines + 1, overcount }, header);
  }
  if (row <= 0) throw new DatasetError(`${path}: there is a header and no rows`);
}

/** The line with which Excel says what separates fields; it is no header. */
export const SEPARATOR_LINE = /^sep=([,;\t])(?=[\r\n]|$)/i;

async function* linesOf(path: string, options: ReadOptions, end?: typeof CR): AsyncGenerator<string> {
  for await (const { text, line } of readLines(path, options, end)) {
    const content = line === 1 && SEPARATOR_LINE.test(text) ? '' : text;
    yield `${content}${end === undefined ? '\n' : '\r'}`;
  }
}

function objectOf(
  path: string,
  line: number,
  header: readonly string[],
  fields: readonly string[],
): SourceRecord['value'] {
  if (fields.length !== header.length) {
    const missing = header[fields.length];
    const why = `it has ${fields.length} ${fields.length === 1 ? 'field' : 'fields'}, the header has ${header.length}`;
    throw faultAt(path, line, missing === undefined ? why : `${why}; "${missing}" is missing`, missing);
  }
  return Object.fromEntries(header.map((name, i) => [name, cellValue(fields[i])]));
}

/** A conversation in a cell is its JSON, as our own CSV export writes it; every other cell is text. */
const cellValue = (cell: string): unknown => conversationIn(cell) ?? cell;

/** The conversation that a cell spells out as JSON: a list of {role, content} or {from, value}. */
export function conversationIn(cell: string): unknown[] | undefined {
  if (!/^\[\s*\{\s*"/.test(cell)) return undefined;
  try {
    const value: unknown = JSON.parse(cell);
    return Array.isArray(value) && value.every(isMessage) ? value : undefined;
  } catch {
    // text that merely begins like one
    return undefined;
  }
}

function isMessage(item: unknown): boolean {
  const { role, content, from, value } = (item ?? {}) as Record<string, unknown>;
  if (typeof from === 'string' && typeof value === 'string') return true;
  return typeof role === 'string' && (typeof content === 'string' || Array.isArray(content) || content === null);
}

/** csv-parse's faults with the line where the broken row begins and the name of the column. */
function inWords(
  path: string,
  cause: unknown,
  at: { readonly begins: number; readonly overcount: number },
  header: readonly string[] | undefined,
): unknown {
  if (cause instanceof DatasetError) return cause;
  const fault = cause as CsvFault;
  const field = fault.column === undefined ? undefined : header?.[fault.column];
  const column = `field ${(fault.column ?? 0) + 1}${field === undefined ? '' : ` ("${field}")`}`;
  const line = fault.lines === undefined ? at.begins : fault.lines - at.overcount;
  if (fault.code === 'CSV_INVALID_CLOSING_QUOTE') {
    const found = /got "(.)"/su.exec(fault.message)?.[1] ?? 'something';
    const why = `after the closing quote of ${column} comes ${found}; a separator or the line's end was expected`;
    return faultAt(path, line, why, field);
  }
  if (fault.code === 'INVALID_OPENING_QUOTE')
    return faultAt(
      path,
      line,
      `a quote inside ${column}; a field with quotes must begin with one and double those inside`,
      field,
    );
  if (fault.code === 'CSV_QUOTE_NOT_CLOSED')
    return faultAt(
      path,
      at.begins,
      `the quote opened in ${column} is never closed: the rest of the file would be swallowed`,
      field,
    );
  if (fault.code === 'CSV_MAX_RECORD_SIZE')
    return faultAt(path, at.begins, `a row longer than ${MAX_RECORD_BYTES >> 20} MB, or a quote that is never closed`);
  return cause;
}
