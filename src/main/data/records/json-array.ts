/** A JSON array of objects, streamed: finds where each element ends without holding the whole list. */
import type { SourceRecord } from '../records.ts';
import { decodeText, MAX_RECORD_BYTES, type ReadOptions, readBytes } from './bytes.ts';
import { faultAt } from './dataset-error.ts';
import { asObject, parseJson } from './json-text.ts';

const LF = 10;
const QUOTE = 34;
const BACKSLASH = 92;
const COMMA = 44;
const [OPEN_OBJECT, CLOSE_OBJECT, OPEN_LIST, CLOSE_LIST] = [123, 125, 91, 93];

const EXPECTED = {
  list: 'a list ("[") was expected',
  'first value or end': 'an object or the end of the list ("]") was expected',
  value: 'a value was expected after the comma',
  'comma or end': 'a comma or the end of the list ("]") was expected',
  end: 'the list has ended; nothing more was expected',
} as const;
type Awaiting = keyof typeof EXPECTED;

interface Element {
  readonly bytes: Buffer;
  readonly line: number;
}

/** `offset`: bytes before a list that stands inside a document; what follows such a list is not looked at. */
export async function* readJsonArray(path: string, options: ReadOptions, offset = 0): AsyncGenerator<SourceRecord> {
  let row = 0;
  let skip = offset;
  const scanner = createScanner(path, offset > 0);
  for await (let chunk of readBytes(path, options)) {
    if (skip > 0) {
      const skipped = chunk.subarray(0, skip);
      scanner.pass(skipped);
      skip -= skipped.length;
      chunk = chunk.subarray(skipped.length);
    }
    for (const { bytes, line } of scanner.elements(chunk)) {
      const where = `${path}:${line}: row ${row}`;
      const value = parseJson(decodeText(path, bytes, line), where, { line, row });
      yield { value: asObject(value, where, { line, row }), line, row: row++ };
    }
  }
  scanner.finish();
}

/** Walks the bytes: all that structures JSON is ASCII, so UTF-8 need not be decoded to find it. */
function createScanner(path: string, inDocument: boolean) {
  let awaiting: Awaiting = 'list';
  let line = 1;
  let depth = 0;
  let inString = false;
  let escaped = false;
  let startLine = 1;
  let parts: Buffer[] = [];
  let held = 0;

  /** A byte between elements: punctuation, white space or the begin of an element. */
  function between(byte: number): boolean {
    if (byte === 32 || byte === 9 || byte === 13 || byte === LF) return false;
    if (awaiting === 'end' && inDocument) return false;
    if (awaiting === 'list' && byte === OPEN_LIST) awaiting = 'first value or end';
    else if (awaiting === 'comma or end' && byte === COMMA) awaiting = 'value';
    else if ((awaiting === 'comma or end' || awaiting === 'first value or end') && byte === CLOSE_LIST)
      awaiting = 'end';
    else if ((awaiting === 'value' || awaiting === 'first value or end') && byte !== CLOSE_LIST) {
      if (byte !== OPEN_OBJECT && byte !== OPEN_LIST)
        throw faultAt(path, line, `a list of objects was expected, found ${JSON.stringify(String.fromCharCode(byte))}`);
      return true;
    } else throw faultAt(path, line, EXPECTED[awaiting]);
    return false;
  }

  /** A byte inside an element; true when it is the last one. */
  function inside(byte: number): boolean {
    if (inString) {
      if (escaped) escaped = false;
      else if (byte === BACKSLASH) escaped = true;
      else if (byte === QUOTE) inString = false;
    } else if (byte === QUOTE) inString = true;
    else if (byte === OPEN_OBJECT || byte === OPEN_LIST) depth++;
    else if (byte === CLOSE_OBJECT || byte === CLOSE_LIST) return --depth === 0;
    return false;
  }

  /** Keeps the part of an unfinished element; one that is too large is refused instead of being held. */
  function hold(part: Buffer): void {
    parts.push(part);
    held += part.length;
    if (held > MAX_RECORD_BYTES)
      throw faultAt(
        path,
        startLine,
        `the row is longer than ${MAX_RECORD_BYTES >> 20} MB, or its bracket never closes`,
      );
  }

  function take(part: Buffer): Element {
    const bytes = parts.length > 0 ? Buffer.concat([...parts, part]) : part;
    parts = [];
    held = 0;
    awaiting = 'comma or end';
    return { bytes, line: startLine };
  }

  return {
    /** Counts the lines of bytes before the list. */
    pass(bytes: Buffer): void {
      for (const byte of bytes) if (byte === LF) line++;
    },
    *elements(chunk: Buffer): Generator<Element> {
      let start = 0;
      for (let i = 0; i < chunk.length; i++) {
        const byte = chunk[i];
        if (byte === LF) line++;
        if (depth > 0) {
          if (inside(byte)) yield take(chunk.subarray(start, i + 1));
        } else if (between(byte)) {
          start = i;
          startLine = line;
          depth = 1;
        }
      }
      if (depth > 0) hold(chunk.subarray(start));
    },
    finish(): void {
      if (depth > 0)
        throw faultAt(
          path,
          startLine,
          'cut off: the file ends inside the row that begins here (was it copied completely?)',
        );
      if (awaiting !== 'end')
        throw faultAt(path, line, `the list is never closed: the file ends where ${EXPECTED[awaiting]}`);
    },
  };
}
