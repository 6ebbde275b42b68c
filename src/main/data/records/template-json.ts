/**
 * What chat templates print of a row: its tools, tool calls, documents and template variables. Python writes 1.0 as "1.0", which JSON.parse makes 1; there such a
 * float is a number that writes its own digits, on the way through the store and out again, and a template gets what Python reads (`rememberExact`).
 */
import { readJson, rememberExact } from '../tokenizers/jinja/json.ts';
import { floatText } from '../tokenizers/jinja/numbers.ts';
import { Dict, isList, type Value } from '../tokenizers/jinja/values.ts';
import { parseExact, WideNumber } from './exact-json.ts';

const KEYS: ReadonlySet<string> = new Set(['tools', 'tool_calls', 'chat_template_kwargs', 'documents']);
const NAMED = /"(?:tools|tool_calls|chat_template_kwargs|documents)"\s*:/;

/** The value parsed from a JSON text, with what templates print of it kept; changed in place. */
export function keptForTemplates<T>(parsed: T, text: string): T {
  if (NAMED.test(text)) {
    rememberExact(parsed, text);
    keepFloats(parsed, readJson(text), false);
  }
  return parsed;
}

/** `parseExact` of rows, whose floats templates may print. Throws SyntaxError. */
export const parseRow = (text: string): unknown => keptForTemplates(parseExact(text), text);

function keepFloats(parsed: unknown, exact: Value, isPrinted: boolean): void {
  if (parsed === null || typeof parsed !== 'object') return;
  const members = parsed as Record<string, unknown>;
  for (const [key, item] of Object.entries(parsed)) {
    const value = isList(exact) ? exact[Number(key)] : exact instanceof Dict ? exact.get(key) : undefined;
    if (value === undefined) continue;
    const within = isPrinted || KEYS.has(key);
    if (typeof item !== 'number') keepFloats(item, value, within);
    // a whole number whose text is a float's
    else if (within && typeof value === 'number' && Number.isInteger(value))
      members[key] = new WideNumber(floatText(value));
  }
}
