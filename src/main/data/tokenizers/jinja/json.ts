/** JSON as Python's json module writes and reads it: floats stay floats, keys keep their order, whole numbers have any size. */

import { floatText, integerText } from './numbers.ts';
import {
  asInteger,
  Dict,
  isList,
  isText,
  Markup,
  plainText,
  sorted,
  Tuple,
  typeError,
  typeName,
  type Value,
  valueError,
} from './values.ts';
import { spend } from './work.ts';

export interface JsonStyle {
  readonly ascii: boolean;
  /** Spaces or text of one level; null writes one line. */
  readonly indent: Value;
  readonly separators: readonly [item: string, key: string];
  readonly sortKeys: boolean;
}

const LONE_SURROGATE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;

function textJson(value: string, ascii: boolean): string {
  if (ascii)
    return JSON.stringify(value).replace(/[\x7f-\uffff]/g, (unit) =>
      unit === '\x7f' ? unit : `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
    );
  if (!LONE_SURROGATE.test(value)) return JSON.stringify(value);
  // Python leaves halves of characters as they are
  return JSON.stringify(value).replace(
    /((?:^|[^\\])(?:\\\\)*)\\u(d[89a-f][\da-f]{2})/g,
    (_, before, code) => before + String.fromCharCode(Number.parseInt(code, 16)),
  );
}

function floatJson(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  return Number.isFinite(value) ? floatText(value) : value > 0 ? 'Infinity' : '-Infinity';
}

function scalarJson(value: Value, ascii: boolean): string | null {
  if (typeof value === 'string' || value instanceof Markup) return textJson(plainText(value), ascii);
  if (value === null) return 'null';
  if (typeof value === 'boolean') return value ? 'true' : 'false';
  if (typeof value === 'bigint') return integerText(value);
  return typeof value === 'number' ? floatJson(value) : null;
}

function keyJson(key: Value, ascii: boolean): string {
  if (isText(key)) return textJson(plainText(key), ascii);
  const text = scalarJson(key, ascii);
  if (text === null) throw typeError(`keys must be str, int, float, bool or None, not ${typeName(key)}`);
  return `"${text}"`;
}

/** `json.dumps(value)`. Throws TypeError for what JSON has no form of. */
export function writeJson(value: Value, style: JsonStyle): string {
  const width = asInteger(style.indent);
  const unit = isText(style.indent)
    ? plainText(style.indent)
    : width === null
      ? ''
      : ' '.repeat(Math.max(Number(width), 0));
  if (style.indent !== null && width === null && !isText(style.indent))
    throw typeError(`indent of tojson must be an int or str, not ${typeName(style.indent)}`);
  const [comma, colon] = style.separators;
  const write = (each: Value, depth: number): string => {
    const scalar = scalarJson(each, style.ascii);
    if (scalar !== null) return scalar;
    spend(1);
    const items = isList(each) ? each : each instanceof Tuple ? each.items : null;
    if (items !== null)
      return wrapped(
        '[]',
        items.map((item) => write(item, depth + 1)),
        depth,
      );
    if (!(each instanceof Dict)) throw typeError(`Object of type ${typeName(each)} is not JSON serializable`);
    const entries = style.sortKeys ? sorted(each.entries(), ([key]) => key, false) : [...each.entries()];
    return wrapped(
      '{}',
      entries.map(([key, inner]) => keyJson(key, style.ascii) + colon + write(inner, depth + 1)),
      depth,
    );
  };
  const wrapped = (brackets: string, parts: readonly string[], depth: number): string => {
    if (parts.length === 0) return brackets;
    if (style.indent === null) return brackets[0] + parts.join(comma) + brackets[1];
    const line = `\n${unit.repeat(depth + 1)}`;
    return `${brackets[0]}${line}${parts.join(comma + line)}\n${unit.repeat(depth)}${brackets[1]}`;
  };
  return write(value, 0);
}

const MAX_DEPTH = 1000;
const WHITE = /[ \t\n\r]*/y;
const NUMBER = /-?(?:0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?/y;
/** Nothing below a space stands in JSON texts; JSON.parse then looks closer. */
const STRING = /"[^"\\]*(?:\\.[^"\\]*)*"/y;
const WORDS: Readonly<Record<string, Value>> = {
  true: true,
  false: false,
  null: null,
  NaN: Number.NaN,
  Infinity,
  '-Infinity': -Infinity,
};

class JsonReader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  document(): Value {
    const value = this.#value(0);
    this.#white();
    if (this.#at < this.#text.length) this.#fail('the end');
    return value;
  }

  #fail(expected: string): never {
    const found = this.#text.slice(this.#at, this.#at + 12);
    throw new SyntaxError(
      `expected ${expected}, found ${found === '' ? 'the end' : JSON.stringify(found)} at character ${this.#at}`,
    );
  }

  #match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text);
    if (found) this.#at += found[0].length;
    return found;
  }

  #white(): string {
    this.#match(WHITE);
    return this.#text[this.#at] ?? '';
  }

  #value(depth: number): Value {
    if (depth > MAX_DEPTH) throw valueError(`JSON nested more than ${MAX_DEPTH} deep`);
    const first = this.#white();
    if (first === '{') return this.#object(depth);
    if (first === '[') return this.#array(depth);
    if (first === '"') return this.#string();
    for (const [word, value] of Object.entries(WORDS))
      if (this.#text.startsWith(word, this.#at)) {
        this.#at += word.length;
        return value;
      }
    const number = this.#match(NUMBER);
    if (!number) this.#fail('a JSON value');
    return number[1] === undefined && number[2] === undefined ? BigInt(number[0]) : Number(number[0]);
  }

  #string(): string {
    const found = this.#match(STRING);
    if (!found) this.#fail('a JSON string');
    return JSON.parse(found[0]);
  }

  #array(depth: number): readonly Value[] {
    const items: Value[] = [];
    this.#at++;
    if (this.#white() === ']') this.#at++;
    else
      do items.push(this.#value(depth + 1));
      while (this.#more(']'));
    return items;
  }

  #object(depth: number): Dict {
    const dict = new Dict();
    this.#at++;
    if (this.#white() === '}') this.#at++;
    else
      do {
        if (this.#white() !== '"') this.#fail('a key in double quotes');
        const key = this.#string();
        if (this.#white() !== ':') this.#fail("':'");
        this.#at++;
        dict.set(key, this.#value(depth + 1));
      } while (this.#more('}'));
    return dict;
  }

  #more(close: string): boolean {
    const next = this.#white();
    if (next !== ',' && next !== close) this.#fail(`',' or '${close}'`);
    this.#at++;
    return next === ',';
  }
}

/** `json.loads(text)`. Throws SyntaxError with the place. */
export const readJson = (text: string): Value => new JsonReader(text).document();

/** A value that is Python's already: a list or number alone does not tell, since 1.0 is 1 for JavaScript. */
export class Exact {
  readonly value: Value;
  constructor(value: Value) {
    this.value = value;
  }
}

/** JSON for a template's variables: its floats stay floats. Throws SyntaxError with the place. */
export const exactJson = (text: string): Exact => new Exact(readJson(text));

/** Objects and lists that JSON.parse made → what they are for Python. */
const remembered = new WeakMap<object, Value>();

/** Keeps with an object or list, and with all inside it, what Python reads in the text that it was parsed from: 1.0 beside 1, and the order of keys that are numbers. */
export function rememberExact(parsed: unknown, text: string): void {
  pair(parsed, readJson(text));
}

function pair(parsed: unknown, exact: Value): void {
  if (parsed === null || typeof parsed !== 'object') return;
  if (Array.isArray(parsed) && isList(exact)) for (const [i, item] of parsed.entries()) pair(item, exact[i]);
  else if (exact instanceof Dict) for (const [key, item] of Object.entries(parsed)) pair(item, exact.get(key) ?? null);
  else return;
  remembered.set(parsed, exact);
}

/** The members of an object as variables of a template. */
export function exactMembers(value: object): Record<string, Exact> {
  const dict = fromJavaScript(value);
  const entries =
    dict instanceof Dict ? Array.from(dict.entries(), ([key, each]) => [String(key), new Exact(each)]) : [];
  return Object.fromEntries(entries);
}

/** Numbers that write their own digits as JSON, as exact-json.ts has them. */
const isWide = (value: object): boolean => 'toJSON' in value && /^-?\d[\d.eE+-]*$/.test(String(value));

/**
 * What JavaScript holds as Python has it: whole numbers are ints, all others floats (a number that JSON wrote as 1.0 must come through `exactJson` or `rememberExact`).
 * Values that are Python's already stay; keys without a value are left out.
 */
export function fromJavaScript(value: unknown): Value {
  switch (typeof value) {
    case 'string':
    case 'boolean':
    case 'bigint':
      return value;
    case 'number':
      return Number.isInteger(value) && Math.abs(value) < 1e21 ? BigInt(value) : value;
  }
  if (value === null || value === undefined) return null;
  const known = typeof value === 'object' ? remembered.get(value) : undefined;
  if (known !== undefined) return known;
  if (Array.isArray(value)) return value.map(fromJavaScript);
  if (value instanceof Exact) return value.value;
  if (value instanceof Dict || value instanceof Tuple || value instanceof Markup) return value;
  if (typeof value !== 'object') throw valueError(`a template variable cannot be a ${typeof value}`);
  if (isWide(value)) return readJson(String(value));
  const dict = new Dict();
  for (const [key, each] of Object.entries(value)) if (each !== undefined) dict.set(key, fromJavaScript(each));
  return dict;
}
