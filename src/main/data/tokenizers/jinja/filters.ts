/** What stands behind `|`: Jinja2's filters by name, and transformers' `tojson`. */
import { getAttributeOnly, getItem } from './environment.ts';
import { FILTER_NAMES } from './filter-names.ts';
import { truncated } from './format-text.ts';
import { writeJson } from './json.ts';
import { SPACE } from './lexer.ts';
import { escapeText, stripTags, toMarkup } from './markup.ts';
import { notation, text } from './notation.ts';
import {
  fixedText,
  parseFloatText,
  parseInteger,
  power,
  roundFloat,
  roundInteger,
  toFloat,
  trueDivide,
} from './numbers.ts';
import { binary, slice, sum } from './operators.ts';
import { bind, integerArgument, type Parameter, textArgument } from './signature.ts';
import { TESTS } from './tests.ts';
import { capitalize, center, join, replace, splitLines, strip } from './text-methods.ts';
import { wrap } from './text-wrap.ts';
import {
  asNumber,
  characters,
  Dict,
  equals,
  hashKey,
  isLess,
  isList,
  isText,
  isTrue,
  iterate,
  type Keywords,
  lengthOf,
  Markup,
  notSupported,
  PythonError,
  plainText,
  reversed,
  Stream,
  sorted,
  Tuple,
  typeError,
  typeName,
  Undefined,
  type Value,
  valueError,
} from './values.ts';
import { checkLength, spendText } from './work.ts';

/** `args[0]` is what stands before the `|`. */
type Filter = (args: readonly Value[], keywords: Keywords) => Value;

const filter =
  (name: string, parameters: readonly Parameter[], call: (...values: Value[]) => Value): Filter =>
  (args, keywords) =>
    call(...bind(name, parameters, args, keywords));

/** A filter of one text to another; HTML stays HTML. */
const onText = (name: string, change: (value: string) => string): Filter =>
  filter(name, ['s'], (value) => changed(value, change));
const changed = (value: Value, change: (each: string) => string): Value =>
  value instanceof Markup ? new Markup(change(value.text)) : change(text(value));

/** A filter that Jinja2 has and chat templates do not need. */
const refused =
  (name: string): Filter =>
  () => {
    throw notSupported(`the filter '${name}'`);
  };

const lowered = (value: Value): Value => (isText(value) ? plainText(value).toLowerCase() : value);
const unchanged = (value: Value): Value => value;

/** A path of attributes: "a.b.0", a number, or none for the item itself. */
function pathOf(attribute: Value): Value[] {
  if (attribute === null) return [];
  if (!isText(attribute)) return [attribute];
  return plainText(attribute)
    .split('.')
    .map((part) => (/^\d+$/.test(part) ? BigInt(part) : part));
}

function getter(
  attribute: Value,
  after: (value: Value) => Value = unchanged,
  fallback: Value = null,
): (item: Value) => Value {
  const path = pathOf(attribute);
  return (item) => {
    let value = item;
    for (const part of path) {
      value = getItem(value, part);
      if (fallback !== null && value instanceof Undefined) value = fallback;
    }
    return after(value);
  };
}

const ignoringCase = (caseSensitive: Value): ((value: Value) => Value) => (isTrue(caseSensitive) ? unchanged : lowered);

// ---- lists

function* batches(value: Value, size: Value, fill: Value): Generator<Value> {
  let batch: Value[] = [];
  for (const item of iterate(value)) {
    if (equals(BigInt(batch.length), size)) {
      yield batch;
      batch = [];
    }
    batch.push(item);
  }
  if (batch.length === 0) return;
  const missing = fill === null ? 0 : integerArgument('batch', size) - batch.length;
  checkLength(missing);
  yield missing > 0 ? [...batch, ...Array.from({ length: missing }, () => fill)] : batch;
}

function* slices(value: Value, count: Value, fill: Value): Generator<Value> {
  const items = [...iterate(value)];
  const parts = integerArgument('slice', count);
  checkLength(parts);
  if (parts === 0) throw new PythonError('ZeroDivisionError', 'integer division or modulo by zero');
  const each = Math.floor(items.length / parts);
  const extra = items.length - each * parts;
  for (let i = 0, from = 0; i < parts; i++) {
    const to = from + each + (i < extra ? 1 : 0);
    const part = items.slice(from, to);
    yield fill !== null && i >= extra ? [...part, fill] : part;
    from = to;
  }
}

function* unique(value: Value, caseSensitive: Value, attribute: Value): Generator<Value> {
  const key = getter(attribute, ignoringCase(caseSensitive));
  const seen = new Set<unknown>();
  for (const item of iterate(value)) {
    const hash = hashKey(key(item));
    if (seen.has(hash)) continue;
    seen.add(hash);
    yield item;
  }
}

function extreme(value: Value, better: (a: Value, b: Value) => boolean, caseSensitive: Value, attribute: Value): Value {
  const key = getter(attribute, ignoringCase(caseSensitive));
  let best = null as { item: Value; key: Value } | null;
  for (const item of iterate(value)) {
    const candidate = { item, key: key(item) };
    if (best === null || better(candidate.key, best.key)) best = candidate;
  }
  return best === null ? new Undefined('No aggregated item, sequence was empty.') : best.item;
}

function sort(value: Value, reverse: Value, caseSensitive: Value, attribute: Value): Value {
  const after = ignoringCase(caseSensitive);
  const keys = (isText(attribute) ? plainText(attribute).split(',') : [attribute]).map((part) => getter(part, after));
  return sorted(iterate(value), (item) => keys.map((key) => key(item)), isTrue(reverse));
}

function dictSort(value: Value, caseSensitive: Value, by: Value, reverse: Value): Value {
  const at = equals(by, 'key') ? 0 : equals(by, 'value') ? 1 : null;
  if (at === null) throw valueError('You can only sort by either "key" or "value"');
  if (value instanceof Undefined) value.fail();
  if (!(value instanceof Dict)) throw typeError(`'${typeName(value)}' object has no attribute 'items'`);
  const after = ignoringCase(caseSensitive);
  return sorted(value.entries(), (entry) => after(entry[at]), isTrue(reverse)).map((entry) => new Tuple(entry));
}

function groupBy(value: Value, attribute: Value, fallback: Value, caseSensitive: Value): Value {
  const key = getter(attribute, ignoringCase(caseSensitive), fallback);
  const shown = isTrue(caseSensitive) ? key : getter(attribute, unchanged, fallback);
  const groups: { key: Value; items: Value[] }[] = [];
  for (const item of sorted(iterate(value), key, false)) {
    const last = groups.at(-1);
    const each = key(item);
    if (last && equals(last.key, each)) last.items.push(item);
    else groups.push({ key: each, items: [item] });
  }
  return groups.map(({ items }) => new Tuple([shown(items[0]), items], ['grouper', 'list']));
}

function* mapped(args: readonly Value[], keywords: Keywords): Generator<Value> {
  const value = args.at(0);
  const name = args.at(1);
  if (value === undefined) throw typeError("map() missing required argument: 'value'");
  if (!isTrue(value)) return;
  let change: (item: Value) => Value;
  if (name === undefined && keywords.has('attribute')) {
    const unknown = [...keywords.keys()].find((key) => key !== 'attribute' && key !== 'default');
    if (unknown) throw valueError(`Unexpected keyword argument '${unknown}'`);
    change = getter(keywords.get('attribute') ?? null, unchanged, keywords.get('default') ?? null);
  } else {
    if (name === undefined) throw valueError('map requires a filter argument');
    change = (item) => callFilter(textArgument('map', name), [item, ...args.slice(2)], keywords);
  }
  for (const item of iterate(value)) yield change(item);
}

function* selected(
  args: readonly Value[],
  keywords: Keywords,
  wanted: boolean,
  byAttribute: boolean,
): Generator<Value> {
  const [value, ...others] = args;
  if (!isTrue(value)) return;
  let part = unchanged;
  if (byAttribute) {
    if (others.length === 0) throw valueError('Missing parameter for attribute name');
    part = getter(others.shift() ?? null);
  }
  const [name, ...rest] = others;
  const holds =
    name === undefined ? isTrue : (item: Value) => callTest(textArgument('select', name), [item, ...rest], keywords);
  for (const item of iterate(value)) if (holds(part(item)) === wanted) yield item;
}

const selecting =
  (name: string, wanted: boolean, byAttribute: boolean): Filter =>
  (args, keywords) =>
    new Stream(selected(args, keywords, wanted, byAttribute), `generator (${name})`);

function reverse(value: Value): Value {
  if (isText(value)) return changed(value, (each) => characters(each).reverse().join(''));
  try {
    return reversed(value);
  } catch (error) {
    if (!(error instanceof PythonError) || error.name !== 'TypeError') throw error;
    return [...iterate(value)].reverse();
  }
}

function first(value: Value): Value {
  for (const item of iterate(value)) return item;
  return new Undefined('No first item, sequence was empty.');
}

function last(value: Value): Value {
  const { done, value: item } = reversed(value).next();
  return done ? new Undefined('No last item, sequence was empty.') : item;
}

function* items(value: Value): Generator<Value> {
  if (value instanceof Undefined) return;
  if (!(value instanceof Dict)) throw typeError('Can only get item pairs from a mapping.');
  for (const entry of value.entries()) yield new Tuple(entry);
}

// ---- numbers

/** `int(value)` and `float(value)` of what is no text. Throws TypeError. */
function plainNumber(value: Value): bigint | number {
  const number = asNumber(value);
  if (number !== null) return number;
  if (value instanceof Undefined) value.fail();
  throw typeError(`the argument must be a string or a real number, not '${typeName(value)}'`);
}

const isOneOf = (error: unknown, ...names: string[]): boolean =>
  error instanceof PythonError && names.includes(error.name);

function toInteger(value: Value, fallback: Value, base: Value): Value {
  if (isText(value)) {
    const source = strip(plainText(value), null, 'both');
    const radix = integerArgument('int', base);
    const whole = radix === 0 || (radix >= 2 && radix <= 36) ? parseInteger(source, radix) : null;
    if (whole !== null) return whole;
    const float = parseFloatText(source);
    return float === null || !Number.isFinite(float) ? fallback : truncated(float);
  }
  try {
    const number = plainNumber(value);
    return typeof number === 'bigint' ? number : truncated(number);
  } catch (error) {
    if (isOneOf(error, 'TypeError', 'ValueError')) return fallback;
    throw error;
  }
}

function toDecimal(value: Value, fallback: Value): Value {
  if (isText(value)) return parseFloatText(strip(plainText(value), null, 'both')) ?? fallback;
  try {
    return toFloat(plainNumber(value));
  } catch (error) {
    if (isOneOf(error, 'TypeError', 'ValueError')) return fallback;
    throw error;
  }
}

function absolute(value: Value): Value {
  const number = asNumber(value);
  if (number !== null) return number < 0 ? -number : typeof number === 'number' ? Math.abs(number) : number;
  throw typeError(`bad operand type for abs(): '${typeName(value)}'`);
}

function round(value: Value, precision: Value, how: Value): Value {
  const method = isText(how) ? plainText(how) : '';
  if (!['common', 'ceil', 'floor'].includes(method)) throw valueError('method must be common, ceil or floor');
  const number = asNumber(value);
  if (number === null) throw typeError(`type ${typeName(value)} doesn't define __round__ method`);
  const digits = integerArgument('round', precision);
  if (method === 'common')
    return typeof number === 'bigint' ? roundInteger(number, digits) : roundFloat(number, digits);
  const unit = power(10n, BigInt(digits));
  const scaled = binary('*', number, unit);
  if (typeof scaled === 'bigint') return trueDivide(scaled, unit);
  return trueDivide(truncated(method === 'ceil' ? Math.ceil(scaled as number) : Math.floor(scaled as number)), unit);
}

const SIZES = ['k', 'M', 'G', 'T', 'P', 'E', 'Z', 'Y'];

function fileSize(value: Value, binaryUnits: Value): Value {
  const bytes = isText(value) ? parseFloatText(strip(plainText(value), null, 'both')) : toFloat(plainNumber(value));
  if (bytes === null) throw valueError(`could not convert string to float: ${notation(value)}`);
  const base = isTrue(binaryUnits) ? 1024 : 1000;
  if (bytes === 1) return '1 Byte';
  if (bytes < base) return `${truncated(bytes)} Bytes`;
  const at = SIZES.findIndex((_, i) => bytes < base ** (i + 2));
  const i = at < 0 ? SIZES.length - 1 : at;
  const name = isTrue(binaryUnits) ? `${SIZES[i].toUpperCase()}iB` : `${SIZES[i]}B`;
  return `${fixedText((base * bytes) / base ** (i + 2), 1)} ${name}`;
}

// ---- texts

function indent(value: Value, width: Value, isFirst: Value, blank: Value): Value {
  if (value instanceof Undefined) value.fail();
  if (!isText(value)) throw typeError(`unsupported operand type(s) for +=: '${typeName(value)}' and 'str'`);
  const isHtml = value instanceof Markup;
  const unit = isText(width) ? (isHtml ? toMarkup(width).text : plainText(width)) : ' '.repeat(spaces(width));
  const lines = splitLines(`${plainText(value)}\n`);
  checkLength(plainText(value).length + lines.length * unit.length);
  const rest = lines.slice(1).map((line) => (line !== '' || isTrue(blank) ? unit + line : line));
  const whole = (isTrue(isFirst) ? unit : '') + [lines[0], ...rest].join('\n');
  return isHtml ? new Markup(whole) : whole;
}

function spaces(width: Value): number {
  const count = Math.max(integerArgument('indent', width), 0);
  checkLength(count);
  return count;
}

function truncate(value: Value, length: Value, killWords: Value, end: Value, leeway: Value): Value {
  const ending = textArgument('truncate', end);
  const most = integerArgument('truncate', length);
  const more = leeway === null ? 5 : integerArgument('truncate', leeway);
  const endLength = characters(ending).length;
  if (most < endLength) throw valueError(`expected length >= ${endLength}, got ${most}`);
  if (more < 0) throw valueError(`expected leeway >= 0, got ${more}`);
  if (lengthOf(value) <= most + more) return value;
  const kept = slice(value, null, BigInt(most - endLength), null);
  if (isTrue(killWords)) return binary('+', kept, end);
  if (!isText(kept)) throw typeError(`'${typeName(kept)}' object has no attribute 'rsplit'`);
  const at = plainText(kept).lastIndexOf(' ');
  return binary(
    '+',
    changed(kept, (each) => (at < 0 ? each : each.slice(0, at))),
    end,
  );
}

const WORD_STARTS = new RegExp(`((?:${SPACE}|[-({\\[<])+)`);

const titled = (value: Value): string =>
  text(value)
    .split(WORD_STARTS)
    .map((part) => {
      const start = characters(part)[0] ?? '';
      return start.toUpperCase() + part.slice(start.length).toLowerCase();
    })
    .join('');

function replaced(value: Value, old: Value, by: Value, count: Value): Value {
  const times = count === null ? -1 : integerArgument('replace', count);
  return replace(text(value), text(old), text(by), times);
}

function joined(value: Value, separator: Value, attribute: Value): Value {
  const part = attribute === null ? unchanged : getter(attribute);
  return join(
    text(separator),
    (function* () {
      for (const item of iterate(value)) yield text(part(item));
    })(),
  );
}

const quotePart = (value: Value, kept: RegExp): string =>
  encodeURIComponent(text(value)).replace(kept, (c) =>
    c === '%2F' ? '/' : `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  );

function urlEncode(value: Value): Value {
  const path = (each: Value) => quotePart(each, /%2F|[!'()*]/g);
  const query = (each: Value) => quotePart(each, /[!'()*]/g).replaceAll('%20', '+');
  if (isText(value) || asNumber(value) !== null || value === null) return path(value);
  const entries = value instanceof Dict ? items(value) : iterate(value);
  return Array.from(entries, (entry) => {
    const pair = [...iterate(entry)];
    if (pair.length !== 2) throw valueError(`urlencode: expected pairs, found ${pair.length} values`);
    return `${query(pair[0])}=${query(pair[1])}`;
  }).join('&');
}

function attributesOf(value: Value, autospace: Value): Value {
  if (value instanceof Undefined) value.fail();
  if (!(value instanceof Dict)) throw typeError(`'${typeName(value)}' object has no attribute 'items'`);
  const parts: string[] = [];
  for (const [key, each] of value.entries()) {
    if (each === null || each instanceof Undefined) continue;
    if (/[ \t-\r/>=]/.test(textArgument('xmlattr', key)))
      throw valueError(`Invalid character in attribute name: ${notation(key)}`);
    parts.push(`${toMarkup(key).text}="${toMarkup(each).text}"`);
  }
  return (isTrue(autospace) && parts.length > 0 ? ' ' : '') + parts.join(' ');
}

/** `pprint.pformat` of what fits into a line. */
function prettyPrint(value: Value): Value {
  const sortedKeys = (each: Value): Value => {
    if (isList(each)) return each.map(sortedKeys);
    if (each instanceof Tuple) return new Tuple(each.items.map(sortedKeys));
    if (!(each instanceof Dict)) return each;
    return new Dict(
      sorted(each.entries(), ([key]) => key, false).map(([key, inner]) => [key, sortedKeys(inner)] as const),
    );
  };
  const line = notation(sortedKeys(value));
  if (line.length > 80) throw notSupported("the filter 'pprint' on values longer than a line");
  return line;
}

function json(value: Value, ascii: Value, indentation: Value, separators: Value, sortKeys: Value): Value {
  const pair = separators === null ? null : [...iterate(separators)].map((each) => textArgument('tojson', each));
  if (pair && pair.length !== 2) throw valueError(`tojson: separators are two texts, found ${pair.length}`);
  return writeJson(value, {
    ascii: isTrue(ascii),
    indent: indentation,
    separators: pair ? [pair[0], pair[1]] : [indentation === null ? ', ' : ',', ': '],
    sortKeys: isTrue(sortKeys),
  });
}

function format(args: readonly Value[], keywords: Keywords): Value {
  const [value, ...others] = args;
  if (others.length > 0 && keywords.size > 0)
    throw valueError("can't handle positional and keyword arguments at the same time");
  const source = isText(value) ? value : text(value);
  return binary('%', source, keywords.size > 0 ? new Dict(keywords) : new Tuple(others));
}

function wordWrap(value: Value, width: Value, breakLong: Value, separator: Value, breakHyphens: Value): Value {
  const options = {
    width: integerArgument('wordwrap', width),
    breakLong: isTrue(breakLong),
    breakHyphens: isTrue(breakHyphens),
  };
  const by = separator === null ? '\n' : textArgument('wordwrap', separator);
  return splitLines(textArgument('wordwrap', value))
    .map((line) => wrap(line, options).join(by))
    .join(by);
}

const length: Filter = filter('len', ['/obj'], (value) => BigInt(lengthOf(value)));
const withDefault: Filter = filter(
  'default',
  ['value', ['default_value', ''], ['boolean', false]],
  (value, fallback, falsy) => (value instanceof Undefined || (isTrue(falsy) && !isTrue(value)) ? fallback : value),
);
const escaping: Filter = filter('escape', ['/s'], toMarkup);

const FILTERS: Readonly<Record<string, Filter>> = {
  abs: filter('abs', ['/x'], absolute),
  attr: filter('attr', ['obj', 'name'], (value, name) => getAttributeOnly(value, textArgument('attr', name))),
  batch: filter(
    'batch',
    ['value', 'linecount', ['fill_with', null]],
    (...args) => new Stream(batches(args[0], args[1], args[2])),
  ),
  capitalize: onText('capitalize', capitalize),
  center: filter('center', ['value', ['width', 80n]], (value, width) =>
    changed(value, (each) => center(each, integerArgument('center', width))),
  ),
  count: length,
  d: withDefault,
  default: withDefault,
  dictsort: filter('dictsort', ['value', ['case_sensitive', false], ['by', 'key'], ['reverse', false]], dictSort),
  e: escaping,
  escape: escaping,
  filesizeformat: filter('filesizeformat', ['value', ['binary', false]], fileSize),
  first: filter('first', ['seq'], first),
  float: filter('float', ['value', ['default', 0]], toDecimal),
  forceescape: filter('forceescape', ['value'], (value) => new Markup(escapeText(text(value)))),
  format,
  groupby: filter('groupby', ['value', 'attribute', ['default', null], ['case_sensitive', false]], groupBy),
  indent: filter('indent', ['s', ['width', 4n], ['first', false], ['blank', false]], indent),
  int: filter('int', ['value', ['default', 0n], ['base', 10n]], toInteger),
  join: filter('join', ['value', ['d', ''], ['attribute', null]], joined),
  last: filter('last', ['seq'], last),
  length,
  list: filter('list', ['value'], (value) => [...iterate(value)]),
  lower: onText('lower', (value) => value.toLowerCase()),
  items: filter('items', ['value'], (value) => new Stream(items(value))),
  map: (args, keywords) => new Stream(mapped(args, keywords)),
  min: filter('min', ['value', ['case_sensitive', false], ['attribute', null]], (value, ...options) =>
    extreme(value, (a, b) => isLess(a, b), options[0], options[1]),
  ),
  max: filter('max', ['value', ['case_sensitive', false], ['attribute', null]], (value, ...options) =>
    extreme(value, (a, b) => isLess(b, a, '>'), options[0], options[1]),
  ),
  pprint: filter('pprint', ['value'], prettyPrint),
  random: refused('random'),
  reject: selecting('reject', false, false),
  rejectattr: selecting('rejectattr', false, true),
  replace: filter('replace', ['s', 'old', 'new', ['count', null]], replaced),
  reverse: filter('reverse', ['value'], reverse),
  round: filter('round', ['value', ['precision', 0n], ['method', 'common']], round),
  safe: filter('safe', ['value'], (value) => new Markup(text(value))),
  select: selecting('select', true, false),
  selectattr: selecting('selectattr', true, true),
  slice: filter(
    'slice',
    ['value', 'slices', ['fill_with', null]],
    (...args) => new Stream(slices(args[0], args[1], args[2])),
  ),
  sort: filter('sort', ['value', ['reverse', false], ['case_sensitive', false], ['attribute', null]], sort),
  string: filter('string', ['/s'], (value) => (isText(value) ? value : text(value))),
  striptags: filter('striptags', ['value'], (value) => stripTags(text(value))),
  sum: filter('sum', ['iterable', ['attribute', null], ['start', 0n]], (value, attribute, start) =>
    sum(attribute === null ? iterate(value) : Array.from(iterate(value), getter(attribute)), start),
  ),
  title: filter('title', ['s'], titled),
  trim: filter('trim', ['value', ['chars', null]], (value, chars) =>
    changed(value, (each) => strip(each, chars, 'both')),
  ),
  truncate: filter(
    'truncate',
    ['s', ['length', 255n], ['killwords', false], ['end', '...'], ['leeway', null]],
    truncate,
  ),
  unique: filter(
    'unique',
    ['value', ['case_sensitive', false], ['attribute', null]],
    (...args) => new Stream(unique(args[0], args[1], args[2])),
  ),
  upper: onText('upper', (value) => value.toUpperCase()),
  urlencode: filter('urlencode', ['value'], urlEncode),
  urlize: refused('urlize'),
  wordcount: filter('wordcount', ['s'], (value) => BigInt(text(value).match(/[\p{L}\p{N}_]+/gu)?.length ?? 0)),
  wordwrap: filter(
    'wordwrap',
    ['s', ['width', 79n], ['break_long_words', true], ['wrapstring', null], ['break_on_hyphens', true]],
    wordWrap,
  ),
  xmlattr: filter('xmlattr', ['d', ['autospace', true]], attributesOf),
  tojson: filter(
    'tojson',
    ['x', ['ensure_ascii', false], ['indent', null], ['separators', null], ['sort_keys', false]],
    json,
  ),
};

/** Applies a filter by name. Throws PythonError where there is none. */
export function callFilter(name: string, args: readonly Value[], keywords: Keywords): Value {
  if (isText(args[0])) spendText(plainText(args[0]).length);
  if (!FILTER_NAMES.has(name)) throw new PythonError('TemplateError', `No filter named '${name}'.`);
  return FILTERS[name](args, keywords);
}

/** Asks a test by name. Throws PythonError where there is none. */
export function callTest(name: string, args: readonly Value[], keywords: Keywords): boolean {
  const test = TESTS.get(name);
  if (!test) throw new PythonError('TemplateError', `No test named '${name}'.`);
  return test(args, keywords);
}
