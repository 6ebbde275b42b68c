/** Parses one JSON text and refuses what JSON.parse would accept silently or answer with a riddle: keys that occur twice, deep nesting, texts cut off. */

import { DatasetError } from './dataset-error.ts';
import { isExact, parseWide } from './exact-json.ts';
import { keptForTemplates } from './template-json.ts';

/** Deeper nesting is no dataset; JSON.parse and our walks would exhaust the stack. */
const MAX_DEPTH = 100;

export type RecordObject = Readonly<Record<string, unknown>>;

interface Outline {
  /** Nested deeper than MAX_DEPTH. */
  readonly tooDeep: boolean;
  /** A key that stands twice in one object. */
  readonly twice: string | null;
  /** It holds a number that a double would round. */
  readonly isWide: boolean;
  /** What is still open at the end. */
  readonly endsInside: 'a string' | 'an object' | 'a list' | null;
}

const QUOTE = 34;
const BACKSLASH = 92;
const COLON = 58;
const [DIGIT_0, DIGIT_9] = [48, 57];
const [OPEN_OBJECT, CLOSE_OBJECT, OPEN_LIST, CLOSE_LIST] = [123, 125, 91, 93];

/** One pass over the characters, without building anything. */
function outlineOf(text: string): Outline {
  const open: { list: boolean; keys: Set<string> | null }[] = [];
  let twice: string | null = null;
  let isWide = false;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === QUOTE) {
      const end = endOfString(text, i);
      if (end < 0) return { tooDeep: false, twice, isWide, endsInside: 'a string' };
      const inside = open[open.length - 1];
      if (inside && !inside.list && isKey(text, end)) twice = noteKey(inside, text, i, end) ?? twice;
      i = end;
    } else if (c === OPEN_OBJECT || c === OPEN_LIST) {
      if (open.length === MAX_DEPTH) return { tooDeep: true, twice, isWide, endsInside: null };
      open.push({ list: c === OPEN_LIST, keys: null });
    } else if (c === CLOSE_OBJECT || c === CLOSE_LIST) open.pop();
    else if (c >= DIGIT_0 && c <= DIGIT_9) {
      const end = endOfNumber(text, i);
      isWide ||= !isExact(text.slice(i, end));
      i = end - 1;
    }
  }
  const last = open.at(-1);
  return { tooDeep: false, twice, isWide, endsInside: last ? (last.list ? 'a list' : 'an object') : null };
}

/** Index of the closing quote of the string that begins at `start`; -1 when there is none. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end >= 0; end = text.indexOf('"', end + 1)) {
    let slashes = 0;
    while (text.charCodeAt(end - 1 - slashes) === BACKSLASH) slashes++;
    if (slashes % 2 === 0) return end;
  }
  return -1;
}

/** Index behind the number whose first digit is at `start`. */
function endOfNumber(text: string, start: number): number {
  for (let end = start + 1; ; end++) {
    const c = text.charCodeAt(end);
    const isPart = (c >= DIGIT_0 && c <= DIGIT_9) || c === 46 || c === 43 || c === 45 || (c | 32) === 101;
    // beyond the end of the text c is NaN
    if (!isPart) return end;
  }
}

function isKey(text: string, end: number): boolean {
  let i = end + 1;
  while (text.charCodeAt(i) <= 32) i++;
  return text.charCodeAt(i) === COLON;
}

/** Remembers a key of an object; the key itself when it was there before. */
function noteKey(object: { keys: Set<string> | null }, text: string, start: number, end: number): string | null {
  const raw = text.slice(start + 1, end);
  const key = raw.includes('\\') ? unescaped(raw) : raw;
  object.keys ??= new Set();
  if (object.keys.has(key)) return key;
  object.keys.add(key);
  return null;
}

/** "\u0063hosen" is the key "chosen"; a wrong escape is left to JSON.parse to report. */
function unescaped(raw: string): string {
  try {
    return JSON.parse(`"${raw}"`) as string;
  } catch {
    return raw;
  }
}

/** Why a text is not JSON, in words. `goodBefore` says what of the file is fine. */
function syntaxFault(text: string, outline: Outline, cause: unknown, goodBefore: string): string {
  if (outline.endsInside)
    return `cut off: the JSON ends inside ${outline.endsInside} (was the file copied completely?)${goodBefore}`;
  const message = cause instanceof Error ? cause.message : String(cause);
  const column = /at position (\d+)/.exec(message)?.[1];
  const plain = message.replace(/ in JSON at position.*$| is not valid JSON$/s, '');
  return `not valid JSON: ${plain.slice(0, 200)}${column === undefined ? '' : ` at character ${Number(column) + 1}`}${text === '' ? ' (empty)' : ''}`;
}

/** The value of a JSON text; `where` ("file:line") begins each error, `details` goes with it. */
export function parseJson(text: string, where: string, details: unknown, goodBefore = ''): unknown {
  const outline = outlineOf(text);
  if (outline.tooDeep)
    throw new DatasetError(`${where}: nested more than ${MAX_DEPTH} deep; a dataset is a list of objects`, { details });
  const value = parse(text, where, details, outline, goodBefore);
  if (outline.twice !== null)
    throw new DatasetError(`${where}: it has "${outline.twice}" twice; one of the two values would be lost`, {
      details: { ...(details as object), field: outline.twice },
    });
  return keptForTemplates(value, text);
}

function parse(text: string, where: string, details: unknown, outline: Outline, goodBefore: string): unknown {
  const read = (json: string): unknown => (outline.isWide ? parseWide(json) : JSON.parse(json));
  try {
    return read(text);
  } catch (cause) {
    const without = withoutNaN(text);
    if (without !== text) return parse(without, where, details, outline, goodBefore);
    throw new DatasetError(`${where}: ${syntaxFault(text, outline, cause, goodBefore)}`, { details, cause });
  }
}

/** Python writes "no number here" as NaN, which is not JSON: null, as in tables. */
const withoutNaN = (text: string): string =>
  text.includes('NaN')
    ? text.replace(/"(?:[^"\\]|\\.)*"|\bNaN\b/gs, (token) => (token === 'NaN' ? 'null' : token))
    : text;

/** A record must be an object. */
export function asObject(value: unknown, where: string, details: unknown): RecordObject {
  if (value !== null && typeof value === 'object' && !Array.isArray(value)) return value as RecordObject;
  const kind = value === null ? 'null' : Array.isArray(value) ? 'a list' : `a ${typeof value}`;
  throw new DatasetError(`${where}: expected a JSON object, found ${kind}`, { details });
}
