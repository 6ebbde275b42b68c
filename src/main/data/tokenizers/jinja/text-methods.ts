/** Methods of Python's str. Places and lengths count characters, where JavaScript counts UTF-16 units. */
import { SPACE, trimEnd } from './lexer.ts';
import { bind, integerArgument, type Parameter, textArgument } from './signature.ts';
import {
  asInteger,
  characters,
  Dict,
  isBasic,
  isList,
  isText,
  iterate,
  type Keywords,
  notSupported,
  plainText,
  Tuple,
  typeError,
  typeName,
  type Value,
  valueError,
} from './values.ts';
import { boundLength, checkLength, spendText } from './work.ts';

const BLANK = new RegExp(`^${SPACE}+$`);
const LEADING_SPACE = new RegExp(`^${SPACE}+`);
const SPACES = new RegExp(`${SPACE}+`);
export const isBlank = (value: string): boolean => BLANK.test(value);

/** `text.strip(set)` and its one-sided forms; null strips white space. */
export function strip(value: string, set: Value, sides: 'both' | 'left' | 'right'): string {
  if (set === null) {
    const rest = sides === 'left' ? value : trimEnd(value);
    return sides === 'right' ? rest : rest.replace(LEADING_SPACE, '');
  }
  const unwanted = new Set(characters(textArgument('strip', set)));
  const all = characters(value);
  let first = 0;
  let last = all.length;
  if (sides !== 'right') while (first < last && unwanted.has(all[first])) first++;
  if (sides !== 'left') while (last > first && unwanted.has(all[last - 1])) last--;
  return all.slice(first, last).join('');
}

/** `text.split(separator, count)`; null splits at white space, a count below 0 everywhere. */
export function split(value: string, separator: Value, count: number): string[] {
  if (separator === null) return splitSpaces(value, count);
  const by = textArgument('split', separator);
  if (by === '') throw valueError('empty separator');
  const parts = value.split(by);
  if (count < 0 || parts.length <= count + 1) return parts;
  return [...parts.slice(0, count), parts.slice(count).join(by)];
}

function splitSpaces(value: string, count: number): string[] {
  const words: string[] = [];
  let rest = value.replace(LEADING_SPACE, '');
  if (count < 0) return rest === '' ? [] : trimEnd(rest).split(SPACES);
  while (rest !== '' && words.length < count) {
    const at = rest.search(SPACES);
    words.push(at < 0 ? rest : rest.slice(0, at));
    rest = at < 0 ? '' : rest.slice(at).replace(LEADING_SPACE, '');
  }
  return rest === '' ? words : [...words, rest];
}

function splitRight(value: string, separator: Value, count: number): string[] {
  if (count < 0) return split(value, separator, count);
  // from the right: as from the left on what is turned around
  const turn = (each: string) => characters(each).reverse().join('');
  const by = separator === null ? null : turn(textArgument('rsplit', separator));
  return split(turn(value), by, count).map(turn).reverse();
}

const LINE_ENDS = '\\n\\v\\f\\r\\x1c-\\x1e\\x85\\u2028\\u2029';
const LINE_END = new RegExp(`\\r\\n|[${LINE_ENDS}]`, 'g');

/** `text.splitlines(keepends)`. */
export function splitLines(value: string, keepEnds = false): string[] {
  const lines: string[] = [];
  let start = 0;
  for (const { index, 0: end } of value.matchAll(LINE_END)) {
    lines.push(value.slice(start, keepEnds ? index + end.length : index));
    start = index + end.length;
  }
  if (start < value.length) lines.push(value.slice(start));
  return lines;
}

/** `text.replace(old, new, count)`; a count below 0 replaces all. */
export function replace(value: string, old: string, by: string, count: number): string {
  if (count === 0) return value;
  const parts = old === '' ? ['', ...characters(value), ''] : value.split(old);
  const places = count < 0 ? parts.length - 1 : Math.min(count, parts.length - 1);
  checkLength(value.length + places * by.length);
  if (places === parts.length - 1) return parts.join(by);
  return [...parts.slice(0, places), parts.slice(places).join(old)].join(by);
}

/** `text.join(items)`. */
export function join(separator: string, items: Iterable<Value>): string {
  const parts: string[] = [];
  let length = 0;
  for (const item of items) {
    if (!isText(item)) throw typeError(`sequence item ${parts.length}: expected str instance, ${typeName(item)} found`);
    parts.push(plainText(item));
    length += parts[parts.length - 1].length + separator.length;
    boundLength(length);
  }
  spendText(length);
  return parts.join(separator);
}

export const capitalize = (value: string): string => {
  const first = characters(value)[0] ?? '';
  return titleCase(first) + value.slice(first.length).toLowerCase();
};

/** Characters that have a title case apart from the upper one. */
const DIGRAPHS: Readonly<Record<string, string>> = {
  ǆ: 'ǅ',
  Ǆ: 'ǅ',
  ǉ: 'ǈ',
  Ǉ: 'ǈ',
  ǌ: 'ǋ',
  Ǌ: 'ǋ',
  ǳ: 'ǲ',
  Ǳ: 'ǲ',
  ß: 'Ss',
  ﬁ: 'Fi',
  ﬂ: 'Fl',
};
const titleCase = (character: string): string => DIGRAPHS[character] ?? character.toUpperCase();

/** `text.title()`: letters behind others are small ones. */
function title(value: string): string {
  let behindLetter = false;
  return characters(value)
    .map((character) => {
      const changed = behindLetter ? character.toLowerCase() : titleCase(character);
      behindLetter = CASED.test(character);
      return changed;
    })
    .join('');
}

const CASED = /[\p{Uppercase}\p{Lowercase}\p{Lt}]/u;
const UPPER = /\p{Uppercase}/u;
const LOWER = /\p{Lowercase}/u;
const every = (value: string, pattern: RegExp): boolean =>
  value !== '' && characters(value).every((c) => pattern.test(c));

export const isUpper = (value: string): boolean => UPPER.test(value) && !/[\p{Lowercase}\p{Lt}]/u.test(value);
export const isLower = (value: string): boolean => LOWER.test(value) && !/[\p{Uppercase}\p{Lt}]/u.test(value);

function isTitle(value: string): boolean {
  let behindLetter = false;
  let found = false;
  for (const character of characters(value)) {
    const capital = /[\p{Uppercase}\p{Lt}]/u.test(character);
    const small = LOWER.test(character);
    if ((capital && behindLetter) || (small && !behindLetter)) return false;
    behindLetter = capital || small;
    found ||= behindLetter;
  }
  return found;
}

/** Padding on both sides as `text.center` spreads it. */
export function center(value: string, width: number, fill = ' '): string {
  const missing = width - characters(value).length;
  if (missing <= 0) return value;
  checkLength(width);
  const left = Math.floor(missing / 2) + (missing % 2 === 1 && width % 2 === 1 ? 1 : 0);
  return fill.repeat(left) + value + fill.repeat(missing - left);
}

function pad(value: string, width: number, fill: string, side: 'left' | 'right'): string {
  const missing = width - characters(value).length;
  if (missing <= 0) return value;
  checkLength(width);
  return side === 'left' ? value + fill.repeat(missing) : fill.repeat(missing) + value;
}

function fillCharacter(owner: string, value: Value): string {
  const fill = textArgument(owner, value);
  if (characters(fill).length !== 1) throw typeError('The fill character must be exactly one character long');
  return fill;
}

function zeroFill(value: string, width: number): string {
  const sign = /^[+-]/.exec(value)?.[0] ?? '';
  return sign + pad(value.slice(sign.length), width - sign.length, '0', 'right');
}

function expandTabs(value: string, size: number): string {
  let column = 0;
  return characters(value)
    .map((character) => {
      if (character === '\n' || character === '\r') column = 0;
      else if (character === '\t') {
        const width = size > 0 ? size - (column % size) : 0;
        column += width;
        return ' '.repeat(width);
      } else column++;
      return character;
    })
    .join('');
}

/** A part of a text with where it begins, by the optional start and end of find, count, startswith …, which may be None. */
function section(value: string, start: Value, end: Value): { part: string; from: number; inside: boolean } {
  if (start === null && end === null) return { part: value, from: 0, inside: true };
  const all = characters(value);
  const place = (at: Value, fallback: number) => {
    if (at === null) return fallback;
    const index = integerArgument('find', at);
    return index < 0 ? Math.max(index + all.length, 0) : index;
  };
  const from = place(start, 0);
  const to = Math.min(place(end, all.length), all.length);
  return { part: all.slice(from, to).join(''), from, inside: from <= to };
}

function find(value: string, wanted: string, start: Value, end: Value, last: boolean): number {
  const { part, from, inside } = section(value, start, end);
  if (!inside) return -1;
  const at = last ? part.lastIndexOf(wanted) : part.indexOf(wanted);
  if (at < 0) return -1;
  return from + (isBasic(part) ? at : characters(part.slice(0, at)).length);
}

function count(value: string, wanted: string, start: Value, end: Value): number {
  const { part, inside } = section(value, start, end);
  if (!inside) return 0;
  return wanted === '' ? characters(part).length + 1 : part.split(wanted).length - 1;
}

/** startswith and endswith: one text or a tuple of them. */
function affix(owner: 'startswith' | 'endswith', value: string, wanted: Value, start: Value, end: Value): boolean {
  const { part, inside } = section(value, start, end);
  const choices = wanted instanceof Tuple ? wanted.items : [wanted];
  return choices.some((choice) => {
    if (!isText(choice)) throw typeError(`${owner} first arg must be str or a tuple of str, not ${typeName(choice)}`);
    if (!inside) return false;
    return owner === 'startswith' ? part.startsWith(plainText(choice)) : part.endsWith(plainText(choice));
  });
}

function partition(value: string, separator: string, last: boolean): Tuple {
  if (separator === '') throw valueError('empty separator');
  const at = last ? value.lastIndexOf(separator) : value.indexOf(separator);
  if (at < 0) return new Tuple(last ? ['', '', value] : [value, '', '']);
  return new Tuple([value.slice(0, at), separator, value.slice(at + separator.length)]);
}

function translate(value: string, table: Value): string {
  if (!(table instanceof Dict)) throw typeError(`'${typeName(table)}' object is not subscriptable`);
  return characters(value)
    .map((character) => {
      const found = table.get(BigInt(character.codePointAt(0) ?? 0));
      if (found === undefined) return character;
      if (found === null) return '';
      const code = asInteger(found);
      return code === null ? textArgument('translate', found) : String.fromCodePoint(Number(code));
    })
    .join('');
}

function makeTranslation(from: Value, to: Value, without: Value): Dict {
  const code = (character: string) => BigInt(character.codePointAt(0) ?? 0);
  const table = new Dict();
  if (to === null) {
    if (!(from instanceof Dict)) throw typeError('if you give only one argument to maketrans it must be a dict');
    for (const [key, value] of from.entries()) table.set(isText(key) ? code(plainText(key)) : key, value);
    return table;
  }
  const [left, right] = [from, to].map((each) => characters(textArgument('maketrans', each)));
  if (left.length !== right.length) throw valueError('the first two maketrans arguments must have equal length');
  for (const [i, character] of left.entries()) table.set(code(character), code(right[i]));
  if (without !== null)
    for (const character of characters(textArgument('maketrans', without))) table.set(code(character), null);
  return table;
}

const swapCase = (value: string): string =>
  characters(value)
    .map((c) => (UPPER.test(c) ? c.toLowerCase() : c.toUpperCase()))
    .join('');

interface TextMethod {
  readonly parameters: readonly Parameter[];
  readonly call: (value: string, args: readonly Value[], name: string) => Value;
}

const method = (parameters: readonly Parameter[], call: TextMethod['call']): TextMethod => ({ parameters, call });
const plain = (call: (value: string) => Value): TextMethod => method([], call);
const within: readonly Parameter[] = ['/sub', ['/start', null], ['/end', null]];
const padded = (call: (value: string, width: number, fill: string) => string): TextMethod =>
  method(['/width', ['/fillchar', ' ']], (value, [width, fill], name) =>
    call(value, integerArgument(name, width), fillCharacter(name, fill)),
  );
const found = (last: boolean, must: boolean): TextMethod =>
  method(within, (value, [sub, start, end], name) => {
    const at = find(value, textArgument(name, sub), start, end, last);
    if (at < 0 && must) throw valueError('substring not found');
    return BigInt(at);
  });
const stripping = (sides: 'both' | 'left' | 'right'): TextMethod =>
  method([['/chars', null]], (value, [set]) => strip(value, set, sides));

/** Methods by name; `format` and `format_map` are the sandbox's (environment.ts). */
export const TEXT_METHODS: ReadonlyMap<string, TextMethod> = new Map(
  Object.entries({
    capitalize: plain(capitalize),
    casefold: plain((value) => value.toLowerCase().replaceAll('ß', 'ss').replaceAll('ς', 'σ')),
    center: padded(center),
    count: method(within, (value, [sub, start, end], name) =>
      BigInt(count(value, textArgument(name, sub), start, end)),
    ),
    encode: method(
      [
        ['encoding', 'utf-8'],
        ['errors', 'strict'],
      ],
      () => {
        throw notSupported('str.encode()');
      },
    ),
    endswith: method(within, (value, [sub, start, end]) => affix('endswith', value, sub, start, end)),
    expandtabs: method([['tabsize', 8n]], (value, [size], name) => expandTabs(value, integerArgument(name, size))),
    find: found(false, false),
    index: found(false, true),
    isalnum: plain((value) => every(value, /[\p{L}\p{Nd}\p{No}\p{Nl}]/u)),
    isalpha: plain((value) => every(value, /\p{L}/u)),
    isascii: plain((value) => !/[^\0-\x7f]/.test(value)),
    isdecimal: plain((value) => every(value, /\p{Nd}/u)),
    isdigit: plain((value) =>
      every(value, /[\p{Nd}\xb2\xb3\xb9\u2070\u2074-\u2079\u2080-\u2089\u2460-\u2468\u2474-\u247c\u2488-\u2490]/u),
    ),
    isidentifier: plain((value) => /^[\p{ID_Start}_][\p{ID_Continue}]*$/u.test(value)),
    islower: plain(isLower),
    isnumeric: plain((value) => every(value, /\p{N}/u)),
    isprintable: plain((value) => !/[\p{C}\p{Zl}\p{Zp}]|(?! )\p{Zs}/u.test(value)),
    isspace: plain(isBlank),
    istitle: plain(isTitle),
    isupper: plain(isUpper),
    join: method(['/iterable'], (value, [items]) => join(value, iterate(items))),
    ljust: padded((value, width, fill) => pad(value, width, fill, 'left')),
    lower: plain((value) => value.toLowerCase()),
    lstrip: stripping('left'),
    maketrans: method(['/x', ['/y', null], ['/z', null]], (_value, [from, to, without]) =>
      makeTranslation(from, to, without),
    ),
    partition: method(['/sep'], (value, [sep], name) => partition(value, textArgument(name, sep), false)),
    removeprefix: method(['/prefix'], (value, [prefix], name) => {
      const start = textArgument(name, prefix);
      return value.startsWith(start) ? value.slice(start.length) : value;
    }),
    removesuffix: method(['/suffix'], (value, [suffix], name) => {
      const end = textArgument(name, suffix);
      return end !== '' && value.endsWith(end) ? value.slice(0, value.length - end.length) : value;
    }),
    replace: method(['/old', '/new', ['count', -1n]], (value, [old, by, times], name) =>
      replace(value, textArgument(name, old), textArgument(name, by), integerArgument(name, times)),
    ),
    rfind: found(true, false),
    rindex: found(true, true),
    rjust: padded((value, width, fill) => pad(value, width, fill, 'right')),
    rpartition: method(['/sep'], (value, [sep], name) => partition(value, textArgument(name, sep), true)),
    rsplit: method(
      [
        ['sep', null],
        ['maxsplit', -1n],
      ],
      (value, [sep, most], name) => splitRight(value, sep, integerArgument(name, most)),
    ),
    rstrip: stripping('right'),
    split: method(
      [
        ['sep', null],
        ['maxsplit', -1n],
      ],
      (value, [sep, most], name) => split(value, sep, integerArgument(name, most)),
    ),
    splitlines: method([['keepends', false]], (value, [keep], name) =>
      splitLines(value, integerArgument(name, keep) !== 0),
    ),
    startswith: method(within, (value, [sub, start, end]) => affix('startswith', value, sub, start, end)),
    strip: stripping('both'),
    swapcase: plain(swapCase),
    title: plain(title),
    translate: method(['/table'], (value, [table]) => translate(value, table)),
    upper: plain((value) => value.toUpperCase()),
    zfill: method(['/width'], (value, [width], name) => zeroFill(value, integerArgument(name, width))),
  } satisfies Record<string, TextMethod>),
);

/** Calls a method of a str. */
export function callTextMethod(name: string, value: string, args: readonly Value[], keywords: Keywords): Value {
  spendText(value.length);
  const { parameters, call } = TEXT_METHODS.get(name) as TextMethod;
  return call(value, bind(name, parameters, args, keywords), name);
}

/** A list's or tuple's items as plain texts, for results that become HTML. */
export const mapTexts = (value: Value, change: (each: string) => Value): Value => {
  if (typeof value === 'string') return change(value);
  if (value !== null && isList(value)) return value.map((each) => mapTexts(each, change));
  return value instanceof Tuple ? new Tuple(value.items.map((each) => mapTexts(each, change))) : value;
};
