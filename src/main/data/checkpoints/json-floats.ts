/**
 * JSON as Python's json module reads and writes it: NaN and Infinity are numbers, and 30.0 is kept apart from 30. JavaScript has one kind of number; Python
 * has two, and transformers refuses a whole number where its config asks for a float (Gemma 2's final_logit_softcapping, a generation's temperature).
 */
import { readFileSync } from 'node:fs';

/** Object or array as parsed → its keys whose whole numbers were written as floats. */
const floats = new WeakMap<object, Set<string>>();

const TOKEN = /"(?:[^"\\]|\\.)*"|-?(?:(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|Infinity)|NaN/g;
const MARK = '\u0000';
const NOT_FINITE: Readonly<Record<string, number>> = { NaN: Number.NaN, Infinity, '-Infinity': -Infinity };

/** Keys that are floats in every config of transformers, for configs that came from elsewhere than its JSON (GGUF files, configs made here). */
const ALWAYS_FLOATS = new Set([
  'attn_logit_softcapping',
  'final_logit_softcapping',
  'initializer_range',
  'layer_norm_eps',
  'layer_norm_epsilon',
  'rms_norm_eps',
]);

const isContainer = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

/**
 * The value of a file that Python would read. As for Python the text is UTF-8 without a byte-order mark, which transformers refuses as well; throws SyntaxError.
 */
export function readPythonJson(path: string): unknown {
  const bytes = readFileSync(path);
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new SyntaxError('its text is not UTF-8');
  }
  if (text.startsWith('\uFEFF'))
    throw new SyntaxError('it begins with a byte-order mark, which Python refuses too; save it as UTF-8 without one');
  return parseWithFloats(text);
}

/** JSON.parse that knows NaN, Infinity and -Infinity; `stringifyLike` knows the floats of what it gave. */
export function parseWithFloats(text: string): unknown {
  const marked = JSON.parse(
    text.replace(TOKEN, (token, at: number) => (isKey(text, at + token.length) ? token : markNumber(token))),
  ) as unknown;
  const value = restore(marked);
  note(value, marked);
  return value;
}

/** Whether what ends here names a value: a number that does is no JSON. */
const isKey = (text: string, end: number): boolean => /^\s*:/.test(text.slice(end, end + 64));

const markNumber = (token: string): string =>
  Object.hasOwn(NOT_FINITE, token) || /^[-\d].*[.eE]/.test(token) ? `"\\u0000${token}"` : token;

/** The marked numbers as numbers, in objects of their own. */
function restore(marked: unknown): unknown {
  if (typeof marked === 'string' && marked.startsWith(MARK)) {
    const token = marked.slice(MARK.length);
    return NOT_FINITE[token] ?? Number(token);
  }
  if (Array.isArray(marked)) return marked.map(restore);
  if (!isContainer(marked)) return marked;
  return Object.fromEntries(Object.entries(marked).map(([key, each]) => [key, restore(each)]));
}

function note(value: unknown, marked: unknown): void {
  if (!isContainer(value) || !isContainer(marked)) return;
  for (const [key, child] of Object.entries(value)) {
    const form = marked[key];
    if (Number.isInteger(child) && typeof form === 'string' && form.startsWith(MARK))
      floats.set(value, (floats.get(value) ?? new Set()).add(key));
    else note(child, form);
  }
}

/**
 * Indented JSON of `value`, in which NaN and Infinity stand as Python writes them and whose whole numbers are floats where the same place of `original`
 * held the same number as one, or where transformers takes nothing else.
 */
export function stringifyLike(value: unknown, original: unknown): string {
  const text = JSON.stringify(mark(value, original), null, 2);
  return text.replace(/"\\u0000(?:(-?\d+)|(NaN|-?Infinity))"/g, (_, whole, other) => other ?? `${whole}.0`);
}

function mark(value: unknown, original: unknown): unknown {
  if (!isContainer(value)) return value;
  const from = isContainer(original) ? original : {};
  const known = floats.get(from);
  const child = (key: string, each: unknown) => {
    if (typeof each !== 'number') return mark(each, from[key]);
    // beyond 1e21 a number prints with an exponent and is a float as it is
    const wasFloat = known?.has(key) && from[key] === each && Math.abs(each) < 1e21;
    const isFloat = wasFloat || (ALWAYS_FLOATS.has(key) && Number.isInteger(each));
    return isFloat || !Number.isFinite(each) ? MARK + each : each;
  };
  if (Array.isArray(value)) return value.map((each: unknown, i) => child(String(i), each));
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, child(key, each)]));
}
