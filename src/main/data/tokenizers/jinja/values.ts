/**
 * Python's values as chat templates see them. None is null, True and False are booleans, an int is a bigint, a float a number, a str a string and a
 * list an array (the sandbox lets no template change one); what JavaScript has no type for is a class here.
 */

import { spend } from './work.ts';

export type Value = null | boolean | bigint | number | string | readonly Value[] | PythonObject;
type PythonObject = Undefined | Tuple | Dict | Range | Markup | Stream | View | Callable | Instance;
export type Keywords = ReadonlyMap<string, Value>;

/** Says which of Python's errors this is: filters as `int` catch some of them. */
export type ErrorName =
  | 'TypeError'
  | 'ValueError'
  | 'OverflowError'
  | 'ZeroDivisionError'
  | 'IndexError'
  | 'KeyError'
  | 'UndefinedError'
  | 'SecurityError'
  | 'TemplateError'
  | 'NotSupported';

export class PythonError extends Error {
  constructor(name: ErrorName, message: string) {
    super(message);
    this.name = name;
  }
}

export const typeError = (message: string): PythonError => new PythonError('TypeError', message);
export const valueError = (message: string): PythonError => new PythonError('ValueError', message);
/** Refuses by name what Jinja2 knows and this engine does not. */
export const notSupported = (what: string): PythonError =>
  new PythonError('NotSupported', `${what} is not supported in chat templates here`);

/** What a name, attribute or element that is not there gives: it prints nothing and is false; anything else done with it is an error. */
export class Undefined {
  readonly message: string;
  readonly error: ErrorName;
  constructor(message: string, error: ErrorName = 'UndefinedError') {
    this.message = message;
    this.error = error;
  }
  fail(): never {
    throw new PythonError(this.error, this.message);
  }
}

export class Tuple {
  readonly items: readonly Value[];
  /** Of a named tuple, as `groupby` gives. */
  readonly names: readonly string[];
  constructor(items: readonly Value[], names: readonly string[] = []) {
    this.items = items;
    this.names = names;
  }
}

/** A str that counts as HTML: what is joined to it is escaped. */
export class Markup {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

type HashKey = string | bigint | number | null | object;

/** What two keys share exactly if they are one key for Python: 1, 1.0 and True are. Throws TypeError for lists and dictionaries. */
export function hashKey(value: Value): HashKey {
  switch (typeof value) {
    case 'string':
      return value.startsWith('\0') ? `\0s${value}` : value;
    case 'boolean':
      return BigInt(value);
    case 'number':
      return Number.isInteger(value) ? BigInt(value) : value;
    case 'bigint':
      return value;
  }
  if (value === null) return null;
  if (value instanceof Markup) return hashKey(value.text);
  if (value instanceof Tuple) return `\0t${value.items.map((item) => partKey(hashKey(item))).join('\0,')}`;
  if (value instanceof Undefined) return '\0u';
  if (Array.isArray(value) || value instanceof Dict) throw typeError(`unhashable type: '${typeName(value)}'`);
  return value;
}

function partKey(key: HashKey): string {
  if (typeof key === 'object' && key !== null) throw notSupported('a key made of functions');
  return `${typeof key}:${String(key)}`;
}

/** A dictionary: keys in the order they came. */
export class Dict {
  readonly #entries = new Map<HashKey, [Value, Value]>();
  constructor(entries: Iterable<readonly [Value, Value]> = []) {
    for (const [key, value] of entries) this.set(key, value);
  }
  get size(): number {
    return this.#entries.size;
  }
  get(key: Value): Value | undefined {
    return this.#entries.get(hashKey(key))?.[1];
  }
  has(key: Value): boolean {
    return this.#entries.has(hashKey(key));
  }
  /** For those who build it: templates cannot. */
  set(key: Value, value: Value): void {
    const hash = hashKey(key);
    const entry = this.#entries.get(hash);
    if (entry) entry[1] = value;
    else this.#entries.set(hash, [key, value]);
  }
  entries(): Iterable<readonly [Value, Value]> {
    return this.#entries.values();
  }
  *keys(): Generator<Value> {
    for (const [key] of this.#entries.values()) yield key;
  }
  *values(): Generator<Value> {
    for (const entry of this.#entries.values()) yield entry[1];
  }
}

export class Range {
  readonly start: bigint;
  readonly stop: bigint;
  readonly step: bigint;
  constructor(start: bigint, stop: bigint, step: bigint) {
    this.start = start;
    this.stop = stop;
    this.step = step;
  }
  get size(): bigint {
    const { start, stop, step } = this;
    if (step > 0n) return stop > start ? (stop - start + step - 1n) / step : 0n;
    return start > stop ? (start - stop - step - 1n) / -step : 0n;
  }
  at(index: bigint): bigint {
    return this.start + index * this.step;
  }
  indexOf(value: bigint): bigint {
    const index = (value - this.start) / this.step;
    return index >= 0n && index < this.size && this.at(index) === value ? index : -1n;
  }
  *[Symbol.iterator](): Generator<bigint> {
    for (let i = 0n, n = this.size; i < n; i++) yield this.at(i);
  }
}

/** A Python iterator or generator: can be gone through once. */
export class Stream {
  /** As Python names its type. */
  readonly type: string;
  readonly #iterator: Iterator<Value>;
  constructor(values: Iterable<Value>, type = 'generator') {
    this.type = type;
    this.#iterator = values[Symbol.iterator]();
  }
  next(): IteratorResult<Value> {
    return this.#iterator.next();
  }
  // without `return`: a loop that is left early leaves the rest to whoever asks next
  [Symbol.iterator](): Iterator<Value> {
    return { next: () => this.#iterator.next() };
  }
}

/** What keys(), values() and items() of a dictionary give. */
export class View {
  readonly kind: 'keys' | 'values' | 'items';
  readonly dict: Dict;
  constructor(kind: View['kind'], dict: Dict) {
    this.kind = kind;
    this.dict = dict;
  }
  *[Symbol.iterator](): Generator<Value> {
    for (const [key, value] of this.dict.entries())
      yield this.kind === 'keys' ? key : this.kind === 'values' ? value : new Tuple([key, value]);
  }
}

export class Callable {
  readonly name: string;
  readonly call: (args: readonly Value[], keywords: Keywords) => Value;
  /** What it prints as. */
  readonly notation: string;
  readonly attributes: Readonly<Record<string, Value>>;
  constructor(
    name: string,
    call: Callable['call'],
    notation = `<function ${name}>`,
    attributes: Readonly<Record<string, Value>> = {},
  ) {
    this.name = name;
    this.call = call;
    this.notation = notation;
    this.attributes = attributes;
  }
}

/** An object of the template engine, as `loop` or a namespace. */
export interface InstanceParts {
  readonly type: string;
  attribute(name: string): Value | undefined;
  notation(): string;
  /** Of what can be called. */
  call?(args: readonly Value[], keywords: Keywords): Value;
  length?(): number;
  /** Of what a template may set attributes of. */
  assign?(name: string, value: Value): void;
}

export class Instance {
  readonly parts: InstanceParts;
  constructor(parts: InstanceParts) {
    this.parts = parts;
  }
}

export const isText = (value: Value): value is string | Markup => typeof value === 'string' || value instanceof Markup;
export const plainText = (value: string | Markup): string => (typeof value === 'string' ? value : value.text);
export const isList = (value: Value): value is readonly Value[] => Array.isArray(value);

/** An int as Python counts: booleans are. */
export const asInteger = (value: Value): bigint | null => {
  if (typeof value === 'bigint') return value;
  return typeof value === 'boolean' ? BigInt(value) : null;
};

export function typeName(value: Value): string {
  switch (typeof value) {
    case 'string':
      return 'str';
    case 'bigint':
      return 'int';
    case 'number':
      return 'float';
    case 'boolean':
      return 'bool';
  }
  if (value === null) return 'NoneType';
  if (value instanceof Undefined) return 'Undefined';
  if (value instanceof Tuple) return 'tuple';
  if (value instanceof Dict) return 'dict';
  if (value instanceof Range) return 'range';
  if (value instanceof Markup) return 'Markup';
  if (value instanceof Stream) return value.type;
  if (value instanceof View) return `dict_${value.kind}`;
  if (value instanceof Callable) return 'function';
  if (value instanceof Instance) return value.parts.type;
  return 'list';
}

export function isTrue(value: Value): boolean {
  switch (typeof value) {
    case 'string':
      return value !== '';
    case 'bigint':
      return value !== 0n;
    case 'number':
      return value !== 0;
    case 'boolean':
      return value;
  }
  if (value === null || value instanceof Undefined) return false;
  if (value instanceof Stream || value instanceof Callable) return true;
  if (value instanceof Instance && !value.parts.length) return true;
  return lengthOf(value) > 0;
}

const SURROGATE = /[\ud800-\udfff]/;
/** Whether places in the text are the same for Python, which counts characters, as for JavaScript, which counts UTF-16 units. */
export const isBasic = (text: string): boolean => !SURROGATE.test(text);
export const characters = (text: string): string[] => (isBasic(text) ? text.split('') : Array.from(text));
export const textLength = (text: string): number => (isBasic(text) ? text.length : Array.from(text).length);

/** `len(value)`. Throws TypeError. */
export function lengthOf(value: Value): number {
  if (typeof value === 'string') return textLength(value);
  if (isList(value)) return value.length;
  if (value instanceof Dict) return value.size;
  if (value instanceof Tuple) return value.items.length;
  if (value instanceof Markup) return textLength(value.text);
  if (value instanceof View) return value.dict.size;
  if (value instanceof Range) return Number(value.size);
  if (value instanceof Undefined) return 0;
  if (value instanceof Instance && value.parts.length) return value.parts.length();
  throw typeError(`object of type '${typeName(value)}' has no len()`);
}

export const isIterable = (value: Value): boolean =>
  isText(value) ||
  isList(value) ||
  value instanceof Dict ||
  value instanceof Tuple ||
  value instanceof Undefined ||
  value instanceof Range ||
  value instanceof Stream ||
  value instanceof View;

/** `iter(value)`. Throws TypeError. */
export function iterate(value: Value): Iterable<Value> {
  if (isList(value)) spend(value.length);
  else if (value instanceof Range) spend(Number(value.size));
  else if (isText(value)) spend(plainText(value).length);
  if (isList(value) || value instanceof Range || value instanceof Stream || value instanceof View) return value;
  if (isText(value)) return characters(plainText(value));
  if (value instanceof Dict) return value.keys();
  if (value instanceof Tuple) return value.items;
  if (value instanceof Undefined) return [];
  throw typeError(`'${typeName(value)}' object is not iterable`);
}

/** `reversed(value)`. Throws TypeError for what cannot be gone through backwards. */
export function reversed(value: Value): Stream {
  if (isList(value)) return new Stream([...value].reverse(), 'list_reverseiterator');
  if (value instanceof Dict || value instanceof View || value instanceof Tuple || value instanceof Range)
    return new Stream([...iterate(value)].reverse(), 'reversed');
  if (isText(value)) {
    const turned = characters(plainText(value)).reverse();
    return new Stream(value instanceof Markup ? turned.map((each) => new Markup(each)) : turned, 'reversed');
  }
  if (value instanceof Undefined) return new Stream([], 'reversed');
  throw typeError(`'${typeName(value)}' object is not reversible`);
}

/** Numbers for arithmetic: booleans are ints. */
export const asNumber = (value: Value): bigint | number | null =>
  typeof value === 'number' ? value : asInteger(value);

/** `a == b`. */
export function equals(a: Value, b: Value): boolean {
  if (a === b) return true;
  const left = asNumber(a);
  const right = asNumber(b);
  // biome-ignore lint/suspicious/noDoubleEquals: an int equals the float of its value
  if (left !== null && right !== null) return left == right;
  if (isText(a)) return isText(b) && plainText(a) === plainText(b);
  if (a instanceof Tuple) return b instanceof Tuple && sameItems(a.items, b.items);
  if (a instanceof Dict) return b instanceof Dict && sameEntries(a, b);
  if (a instanceof Undefined) return b instanceof Undefined;
  if (a instanceof Range) return b instanceof Range && sameItems([...a], [...b]);
  if (a instanceof View) return b instanceof View && sameViews(a, b);
  return a !== null && b !== null && isList(a) && isList(b) && sameItems(a, b);
}

function sameItems(a: readonly Value[], b: readonly Value[]): boolean {
  spend(1);
  return a.length === b.length && a.every((item, i) => equals(item, b[i]));
}

function sameEntries(a: Dict, b: Dict): boolean {
  spend(1);
  if (a.size !== b.size) return false;
  for (const [key, value] of a.entries()) {
    const other = b.get(key);
    if (other === undefined || !equals(value, other)) return false;
  }
  return true;
}

/** Keys and items compare as sets; values only with themselves. */
function sameViews(a: View, b: View): boolean {
  if (a.kind === 'values' || b.kind !== a.kind) return false;
  if (a.kind === 'items') return sameEntries(a.dict, b.dict);
  return a.dict.size === b.dict.size && [...a.dict.keys()].every((key) => b.dict.has(key));
}

/** Order of texts by code points, as Python has it. */
function compareText(a: string, b: string): number {
  if (a === b) return 0;
  const end = Math.min(a.length, b.length);
  for (let i = 0; i < end; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x === y) continue;
    // surrogates stand for characters above all others
    const rank = (unit: number) => (unit >= 0xd800 && unit < 0xe000 ? unit + 0x10000 : unit);
    return rank(x) - rank(y);
  }
  return a.length - b.length;
}

/** Whether `a < b`; `sign` names the operator in errors. Throws TypeError, or what an undefined value says. */
export function isLess(a: Value, b: Value, sign = '<'): boolean {
  const left = asNumber(a);
  const right = asNumber(b);
  if (left !== null && right !== null) return left < right;
  if (isText(a) && isText(b)) return compareText(plainText(a), plainText(b)) < 0;
  if (isList(a) && isList(b)) return itemsLess(a, b, sign);
  if (a instanceof Tuple && b instanceof Tuple) return itemsLess(a.items, b.items, sign);
  if (a instanceof Undefined) a.fail();
  if (b instanceof Undefined) b.fail();
  throw typeError(`'${sign}' not supported between instances of '${typeName(a)}' and '${typeName(b)}'`);
}

function itemsLess(a: readonly Value[], b: readonly Value[], sign: string): boolean {
  spend(1);
  const at = a.findIndex((item, i) => i >= b.length || !equals(item, b[i]));
  if (at < 0) return a.length < b.length;
  return at < b.length && isLess(a[at], b[at], sign);
}

/** `item in container`. Throws TypeError. */
export function contains(container: Value, item: Value): boolean {
  if (isText(container)) {
    if (isText(item)) return plainText(container).includes(plainText(item));
    throw typeError(`'in <string>' requires string as left operand, not ${typeName(item)}`);
  }
  if (container instanceof Dict) return container.has(item);
  if (container instanceof View && container.kind === 'keys') return container.dict.has(item);
  if (!isIterable(container)) throw typeError(`argument of type '${typeName(container)}' is not iterable`);
  for (const each of iterate(container)) if (equals(each, item)) return true;
  return false;
}

/** Stable sort as `sorted` does it. */
export function sorted<T>(items: Iterable<T>, key: (item: T) => Value, reverse: boolean): T[] {
  const keyed = Array.from(items, (item) => ({ item, key: key(item) }));
  const order = (a: { key: Value }, b: { key: Value }): number => {
    if (isLess(a.key, b.key)) return reverse ? 1 : -1;
    return isLess(b.key, a.key) ? (reverse ? -1 : 1) : 0;
  };
  return keyed.sort(order).map(({ item }) => item);
}
