/**
 * JSON that keeps 30.0 apart from 30. JavaScript has one kind of number; Python has two, and transformers refuses a whole number where its config
 * asks for a float (Gemma 2's final_logit_softcapping, a generation's temperature).
 */

/** Object or array as parsed → its keys whose whole numbers were written as floats. */
const floats = new WeakMap<object, Set<string>>();

const TOKEN = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;
const MARK = '\u0000';

const isContainer = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

/** JSON.parse, after which `stringifyLike` knows the floats of what it gave. */
export function parseWithFloats(text: string): unknown {
  const value: unknown = JSON.parse(text);
  const marked = text.replace(TOKEN, (token) => (/^[-\d].*[.eE]/.test(token) ? `"\\u0000${token}"` : token));
  note(value, JSON.parse(marked));
  return value;
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

/** Indented JSON of `value`, whose whole numbers are floats where the same place of `original` held the same number as one. */
export function stringifyLike(value: unknown, original: unknown): string {
  const text = JSON.stringify(mark(value, original), null, 2);
  return text.replace(/"\\u0000(-?\d+)"/g, '$1.0');
}

function mark(value: unknown, original: unknown): unknown {
  if (!isContainer(value)) return value;
  const from = isContainer(original) ? original : {};
  const known = floats.get(from);
  const child = (key: string, each: unknown) =>
    // beyond 1e21 a number prints with an exponent and is a float as it is
    typeof each === 'number' && known?.has(key) && from[key] === each && Math.abs(each) < 1e21
      ? MARK + each
      : mark(each, from[key]);
  if (Array.isArray(value)) return value.map((each: unknown, i) => child(String(i), each));
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, child(key, each)]));
}
