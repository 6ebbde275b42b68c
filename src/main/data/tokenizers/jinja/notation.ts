/** How values print: `str` and `repr` of Python. */
import { floatText, integerText } from './numbers.ts';
import {
  Callable,
  Dict,
  type Instance,
  isList,
  Markup,
  Range,
  Stream,
  Tuple,
  Undefined,
  type Value,
  View,
} from './values.ts';
import { spend } from './work.ts';

/** `str(value)`. */
export function text(value: Value): string {
  if (typeof value === 'string') return value;
  if (value instanceof Markup) return value.text;
  return value instanceof Undefined ? '' : notation(value);
}

/** `repr(value)`. */
export function notation(value: Value): string {
  switch (typeof value) {
    case 'string':
      return quoted(value);
    case 'bigint':
      return integerText(value);
    case 'number':
      return floatText(value);
    case 'boolean':
      return value ? 'True' : 'False';
  }
  if (value === null) return 'None';
  spend(1);
  if (isList(value)) return `[${value.map(notation).join(', ')}]`;
  return ofObject(value);
}

function ofObject(value: Exclude<Value, null | boolean | bigint | number | string | readonly Value[]>): string {
  if (value instanceof Dict)
    return `{${Array.from(value.entries(), ([key, each]) => `${notation(key)}: ${notation(each)}`).join(', ')}}`;
  if (value instanceof Tuple) return `(${value.items.map(notation).join(', ')}${value.items.length === 1 ? ',' : ''})`;
  if (value instanceof Undefined) return 'Undefined';
  if (value instanceof Markup) return `Markup(${quoted(value.text)})`;
  if (value instanceof Range)
    return `range(${value.start}, ${value.stop}${value.step === 1n ? '' : `, ${value.step}`})`;
  if (value instanceof View) return `dict_${value.kind}(${notation([...value])})`;
  if (value instanceof Stream) return `<${value.type} object>`;
  if (value instanceof Callable) return value.notation;
  return (value as Instance).parts.notation();
}

const ESCAPES: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '\\': '\\\\' };
/** What Python does not print as it is. */
const UNPRINTABLE = /[\\\p{C}\p{Zl}\p{Zp}]|(?! )\p{Zs}/gu;

/** Python's quotes: single ones, unless the text has those and no double ones. */
function quoted(value: string): string {
  const quote = value.includes("'") && !value.includes('"') ? '"' : "'";
  const inner = value.replace(UNPRINTABLE, (character) => ESCAPES[character] ?? escaped(character));
  return quote + (quote === "'" ? inner.replaceAll("'", "\\'") : inner) + quote;
}

function escaped(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  const hex = code.toString(16);
  if (code <= 0xff) return `\\x${hex.padStart(2, '0')}`;
  return code <= 0xffff ? `\\u${hex.padStart(4, '0')}` : `\\U${hex.padStart(8, '0')}`;
}

/** `ascii(value)`. */
export const asciiNotation = (value: Value): string =>
  notation(value).replace(/[^\0-\x7f]/gu, (character) => escaped(character));
