/** Records of a JSONL, JSON or CSV file (gzip or zstandard too), streamed, each with the line it came from; every fault is named with its line. */
import { closeSync, createReadStream, openSync, readSync, statSync } from 'node:fs';
import { pipeline, type Readable } from 'node:stream';
import * as zlib from 'node:zlib';
import { createGunzip } from 'node:zlib';
import { parse as parseCsv } from 'csv-parse';

export class DatasetError extends Error {
  readonly code = 'bad_dataset';
  readonly details: unknown;
  constructor(message: string, options: { details?: unknown; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.name = 'DatasetError';
    this.details = options.details;
  }
}

export interface SourceRecord {
  readonly value: Readonly<Record<string, unknown>>;
  /** 1-based line of a JSONL or CSV file; null for an element of a JSON array. */
  readonly line: number | null;
  /** 0-based place among the records. */
  readonly row: number;
}

export interface ReadOptions {
  /** Called with the bytes of the file read so far. */
  onBytes?(bytes: number): void;
  readonly signal?: AbortSignal;
}

/** A longer line is refused by number instead of being held in memory. */
const MAX_LINE_BYTES = 64 << 20;
/** A JSON array is parsed whole; larger data belongs into JSONL. */
const MAX_ARRAY_BYTES = 512 << 20;
/** Deeper nesting is no dataset; JSON.parse and our walks would exhaust the stack. */
const MAX_DEPTH = 100;

const LF = 10;
const NUL = 0;

export type Container = 'jsonl' | 'json' | 'csv' | 'tsv';

/** Size of a readable, regular file; named errors for everything else. */
export function fileSize(path: string): number {
  try {
    const found = statSync(path);
    if (found.isDirectory()) throw new DatasetError(`${path} is a folder; expected a file`);
    closeSync(openSync(path, 'r'));
    return found.size;
  } catch (cause) {
    if (cause instanceof DatasetError) throw cause;
    const { code } = cause as { code?: string };
    const why =
      code === 'ENOENT' ? 'there is no such file' : code === 'EACCES' ? 'no permission to read it' : String(cause);
    throw new DatasetError(`${path}: ${why}`, { cause });
  }
}

/** The file's bytes, decompressed when its first bytes say so. */
function openBytes(path: string, options: ReadOptions): Readable {
  fileSize(path);
  const magic = firstBytes(path, 4);
  const raw = createReadStream(path, { highWaterMark: 1 << 20, signal: options.signal });
  let bytes = 0;
  raw.on('data', (chunk) => {
    bytes += chunk.length;
    options.onBytes?.(bytes);
  });
  if (magic[0] === 0x1f && magic[1] === 0x8b) return pipeline(raw, createGunzip(), () => undefined);
  if (magic.readUInt32LE(0) === 0xfd2fb528) {
    if (!('createZstdDecompress' in zlib))
      throw new DatasetError(`${path}: zstandard files need a newer Node; unpack it first`);
    return pipeline(raw, zlib.createZstdDecompress(), () => undefined);
  }
  return raw;
}

function firstBytes(path: string, count: number): Buffer {
  const buffer = Buffer.alloc(count);
  const fd = openSync(path, 'r');
  try {
    readSync(fd, buffer, 0, count, 0);
    return buffer;
  } finally {
    closeSync(fd);
  }
}

interface Line {
  readonly text: string;
  readonly line: number;
}

/** Lines as text in bounded memory; a line that is too long, not UTF-8 or holds NUL bytes is an error that names it. */
async function* readLines(path: string, options: ReadOptions): AsyncGenerator<Line> {
  let parts: Buffer[] = [];
  let held = 0;
  let line = 1;
  const source = openBytes(path, options) as AsyncIterable<Buffer>;
  for await (let data of guard(path, source)) {
    for (let end = data.indexOf(LF); end >= 0; end = data.indexOf(LF)) {
      const bytes = held > 0 ? Buffer.concat([...parts, data.subarray(0, end)]) : data.subarray(0, end);
      yield { text: decodeLine(path, bytes, line), line };
      line++;
      parts = [];
      held = 0;
      data = data.subarray(end + 1);
    }
    if (data.length > 0) parts.push(data);
    held += data.length;
    if (held > MAX_LINE_BYTES)
      throw new DatasetError(`${path}:${line}: the line is longer than ${MAX_LINE_BYTES >> 20} MB`, {
        details: { line },
      });
  }
  if (held > 0) yield { text: decodeLine(path, Buffer.concat(parts), line), line };
}

/** Damaged archives fail with zlib's words; say which file. */
async function* guard(path: string, source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  try {
    yield* source;
  } catch (cause) {
    if ((cause as Error).name === 'AbortError') throw cause;
    throw new DatasetError(`${path}: it cannot be unpacked: ${cause instanceof Error ? cause.message : cause}`, {
      cause,
    });
  }
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function decodeLine(path: string, bytes: Uint8Array, line: number): string {
  const fail = (why: string): never => {
    throw new DatasetError(`${path}:${line}: ${why}`, { details: { line } });
  };
  if (line === 1 && ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)))
    fail('the file is UTF-16 (byte order mark); save it as UTF-8');
  if (bytes.includes(NUL)) fail('the line holds NUL bytes: the file is damaged or binary');
  let text = '';
  try {
    text = decoder.decode(bytes);
  } catch {
    fail(`${badByte(bytes)}; perhaps the file is Latin-1: save it as UTF-8`);
  }
  return line === 1 && text.startsWith('\ufeff') ? text.slice(1) : text;
}

/** Where UTF-8 ends being valid. */
function badByte(bytes: Uint8Array): string {
  const lenient = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
  const at = Buffer.byteLength(lenient.slice(0, lenient.indexOf('\ufffd')));
  return `not UTF-8: byte 0x${(bytes[at] ?? 0).toString(16).toUpperCase().padStart(2, '0')} at byte ${at + 1} of the line`;
}

/** What kind of file its beginning says it is. */
export async function detectContainer(path: string): Promise<Container> {
  for await (const { text } of readLines(path, {})) {
    const start = text.trim();
    if (start === '') continue;
    if (start.startsWith('[')) return 'json';
    if (start.startsWith('{')) return 'jsonl';
    return start.includes('\t') && !start.includes(',') ? 'tsv' : 'csv';
  }
  const { size } = statSync(path);
  throw new DatasetError(size === 0 ? `${path}: the file is empty` : `${path}: no rows: only blank lines`);
}

/** All records of a file. Blank lines are not records. A fault of the file (not of a row's content) ends the reading with an error. */
export async function* readRecords(path: string, options: ReadOptions = {}): AsyncGenerator<SourceRecord> {
  const container = await detectContainer(path);
  if (container === 'json') yield* readArray(path, options);
  else if (container === 'jsonl') yield* readJsonLines(path, options);
  else yield* readDelimited(path, container === 'tsv' ? '\t' : ',', options);
}

async function* readJsonLines(path: string, options: ReadOptions): AsyncGenerator<SourceRecord> {
  let row = 0;
  for await (const { text, line } of readLines(path, options)) {
    const trimmed = text.trim();
    if (trimmed === '') continue;
    yield { value: asRecord(parseJson(trimmed, `${path}:${line}`, { line }), `${path}:${line}`), line, row: row++ };
  }
}

function parseJson(text: string, where: string, details: unknown): unknown {
  if (nestingOf(text) > MAX_DEPTH)
    throw new DatasetError(`${where}: nested more than ${MAX_DEPTH} deep; a dataset is a list of objects`, { details });
  try {
    return JSON.parse(text);
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    const cutOff = /Unterminated|Unexpected end/.test(message)
      ? ' (the line is cut off: was the file copied completely?)'
      : '';
    throw new DatasetError(`${where}: not valid JSON: ${message}${cutOff}`, { details, cause });
  }
}

/** Deepest nesting of brackets outside strings. */
function nestingOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === 34) {
      for (i++; i < text.length && text.charCodeAt(i) !== 34; i++) if (text.charCodeAt(i) === 92) i++;
    } else if (c === 123 || c === 91) deepest = Math.max(deepest, ++depth);
    else if (c === 125 || c === 93) depth--;
  }
  return deepest;
}

function asRecord(value: unknown, where: string): Record<string, unknown> {
  if (value !== null && typeof value === 'object' && !Array.isArray(value)) return value as Record<string, unknown>;
  const kind = value === null ? 'null' : Array.isArray(value) ? 'a list' : typeof value;
  throw new DatasetError(`${where}: expected a JSON object, found ${kind}`);
}

async function* readArray(path: string, options: ReadOptions): AsyncGenerator<SourceRecord> {
  const lines: string[] = [];
  let size = 0;
  for await (const { text } of readLines(path, options)) {
    lines.push(text);
    size += text.length;
    if (size > MAX_ARRAY_BYTES)
      throw new DatasetError(
        `${path}: a JSON array above ${MAX_ARRAY_BYTES >> 20} MB; write one object a line (JSONL)`,
      );
  }
  const text = lines.join('\n');
  const list = parseJson(text, path, {});
  if (!Array.isArray(list)) throw new DatasetError(`${path}: expected a list of objects`);
  for (let row = 0; row < list.length; row++) {
    options.signal?.throwIfAborted();
    yield { value: asRecord(list[row], `${path}: row ${row}`), line: null, row };
  }
}

/** Words for what csv-parse found. */
const CSV_FAULTS: Readonly<Record<string, string>> = {
  CSV_INVALID_CLOSING_QUOTE: "after a closing quote a separator or the line's end was expected",
  CSV_QUOTE_NOT_CLOSED: 'a quote opened here is never closed: the rest of the file would be swallowed',
  CSV_RECORD_INCONSISTENT_COLUMNS: 'it has another number of fields than the header',
  CSV_MAX_RECORD_SIZE: `a row is longer than ${MAX_LINE_BYTES >> 20} MB`,
};

async function* readDelimited(path: string, delimiter: string, options: ReadOptions): AsyncGenerator<SourceRecord> {
  const text = async function* () {
    for await (const { text: line } of readLines(path, options)) yield `${line}\n`;
  };
  const parser = parseCsv({
    delimiter,
    columns: (header: string[]) => uniqueHeader(path, header),
    info: true,
    skip_empty_lines: true,
    max_record_size: MAX_LINE_BYTES,
  });
  const feeding = (async () => {
    try {
      for await (const chunk of text())
        if (!parser.write(chunk)) await new Promise((resolve) => parser.once('drain', resolve));
      parser.end();
    } catch (error) {
      parser.destroy(error as Error);
    }
  })();
  let row = 0;
  try {
    for await (const { record, info } of parser as AsyncIterable<{
      record: Record<string, string>;
      info: { lines: number };
    }>)
      yield { value: record, line: info.lines, row: row++ };
    await feeding;
  } catch (cause) {
    const { code, lines } = cause as { code?: string; lines?: number };
    if (!code || !CSV_FAULTS[code]) throw cause;
    throw new DatasetError(`${path}:${lines ?? '?'}: ${CSV_FAULTS[code]}`, { details: { line: lines }, cause });
  }
}

function uniqueHeader(path: string, header: readonly string[]): string[] {
  const twice = header.find((name, i) => header.indexOf(name) !== i);
  if (twice !== undefined)
    throw new DatasetError(`${path}:1: the header has "${twice}" twice`, { details: { line: 1 } });
  return [...header];
}
