/** Records of a JSONL or JSON file with the line each came from; every fault is named with its line. */
import { closeSync, openSync, readSync, statSync } from 'node:fs';

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
  /** 1-based line of a JSONL file; null for an element of a JSON array. */
  readonly line: number | null;
  /** 0-based place among the records. */
  readonly row: number;
}

/** A longer line is refused by number instead of being held in memory. */
const MAX_LINE_BYTES = 64 << 20;
/** A JSON array is parsed whole; larger data belongs into JSONL. */
const MAX_ARRAY_BYTES = 512 << 20;
const CHUNK = 1 << 20;

const LF = 10;

/** Lines of a file as byte slices, in constant memory; a line above the limit is an error that names it. */
export function* readLines(path: string): Generator<{ bytes: Buffer; line: number }> {
  const fd = openFile(path);
  try {
    const chunk = Buffer.alloc(CHUNK);
    let rest: Buffer = Buffer.alloc(0);
    let line = 1;
    for (;;) {
      const count = readSync(fd, chunk, 0, CHUNK, null);
      if (count === 0) break;
      let data = rest.length > 0 ? Buffer.concat([rest, chunk.subarray(0, count)]) : chunk.subarray(0, count);
      for (let end = data.indexOf(LF); end >= 0; end = data.indexOf(LF)) {
        yield { bytes: data.subarray(0, end), line: line++ };
        data = data.subarray(end + 1);
      }
      if (data.length > MAX_LINE_BYTES)
        throw new DatasetError(`${path}:${line}: the line is longer than ${MAX_LINE_BYTES >> 20} MB`, {
          details: { line },
        });
      rest = Buffer.from(data);
    }
    if (rest.length > 0) yield { bytes: rest, line };
  } finally {
    closeSync(fd);
  }
}

function openFile(path: string): number {
  try {
    if (statSync(path).isDirectory()) throw new DatasetError(`${path} is a folder; expected a file`);
    return openSync(path, 'r');
  } catch (cause) {
    if (cause instanceof DatasetError) throw cause;
    const { code } = cause as { code?: string };
    const why =
      code === 'ENOENT' ? 'there is no such file' : code === 'EACCES' ? 'no permission to read it' : String(cause);
    throw new DatasetError(`${path}: ${why}`, { cause });
  }
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false });

/** UTF-8 text of a line; invalid bytes are an error, never replaced. */
export function decodeLine(path: string, bytes: Uint8Array, line: number): string {
  try {
    return decoder.decode(bytes);
  } catch (cause) {
    throw new DatasetError(`${path}:${line}: not valid UTF-8`, { details: { line }, cause });
  }
}

/** All records of a file: a JSON array when its first character is "[", else one JSON object a line; blank lines are not records. */
export function* readRecords(path: string): Generator<SourceRecord> {
  let row = 0;
  for (const { bytes, line } of readLines(path)) {
    const text = decodeLine(path, bytes, line).trim();
    if (text === '') continue;
    if (row === 0 && text.startsWith('[')) {
      yield* readArray(path);
      return;
    }
    yield { value: parseObject(path, text, line), line, row: row++ };
  }
}

function parseObject(path: string, text: string, line: number): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new DatasetError(`${path}:${line}: not valid JSON: ${cause instanceof Error ? cause.message : cause}`, {
      details: { line },
      cause,
    });
  }
  return asRecord(value, `${path}:${line}`);
}

function asRecord(value: unknown, where: string): Record<string, unknown> {
  if (value !== null && typeof value === 'object' && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new DatasetError(
    `${where}: expected a JSON object, found ${value === null ? 'null' : Array.isArray(value) ? 'a list' : typeof value}`,
  );
}

function* readArray(path: string): Generator<SourceRecord> {
  const { size } = statSync(path);
  if (size > MAX_ARRAY_BYTES)
    throw new DatasetError(
      `${path}: a JSON array of ${size} bytes; above ${MAX_ARRAY_BYTES >> 20} MB write one object a line (JSONL)`,
    );
  const parts: Buffer[] = [];
  for (const { bytes } of readLines(path)) parts.push(Buffer.from(bytes));
  let list: unknown;
  try {
    list = JSON.parse(decodeLine(path, Buffer.concat(parts.flatMap((p) => [p, Buffer.of(LF)])), 1));
  } catch (cause) {
    throw new DatasetError(`${path}: not valid JSON: ${cause instanceof Error ? cause.message : cause}`, { cause });
  }
  if (!Array.isArray(list)) throw new DatasetError(`${path}: expected a list of objects`);
  for (let row = 0; row < list.length; row++)
    yield { value: asRecord(list[row], `${path}: row ${row}`), line: null, row };
}
