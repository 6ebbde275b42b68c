/** Python's two ways to format: `'%s' % x` and `'{}'.format(x)`. */

import { asciiNotation, notation, text } from './notation.ts';
import { exponentText, fixedText, floatText, generalText, integerText, toFloat } from './numbers.ts';
import {
  asInteger,
  asNumber,
  characters,
  Dict,
  isList,
  isText,
  notSupported,
  PythonError,
  plainText,
  Range,
  Tuple,
  typeError,
  typeName,
  Undefined,
  type Value,
  valueError,
} from './values.ts';
import { boundLength, checkLength, spendText } from './work.ts';

const CONVERSION = /%(?:\(([^()]*)\))?([-#0 +]*)(\*|\d{0,9})(?:\.(\*|\d{0,9}))?[hlL]?([\s\S]?)/g;

/** `format % values` for a tuple of values, one value, or a dictionary for `%(name)s`; with `mayLeave` values may be left over. */
export function percentFormat(format: string, values: Value, mayLeave = isSubscriptable(values)): string {
  const items = values instanceof Tuple ? values.items : [values];
  let used = 0;
  let named = false;
  const take = (): Value => {
    if (used >= items.length) throw typeError('not enough arguments for format string');
    return items[used++];
  };
  const result = format.replace(CONVERSION, (_whole, key, flags: string, width, precision, type: string) => {
    const starred = (digits: string | undefined) =>
      digits === '*' ? star(take()) : digits ? Number(digits) : digits === '' ? 0 : null;
    const [wide, exact] = [width === '' ? null : starred(width), starred(precision)];
    if (type === '') throw valueError('incomplete format');
    if (type === '%') return '%';
    if (key !== undefined) {
      if (!(values instanceof Dict)) throw typeError('format requires a mapping');
      named = true;
    }
    const value = key === undefined ? take() : lookUp(values as Dict, key);
    const left = flags.includes('-') || (wide !== null && wide < 0);
    const body = converted(value, type, flags, exact);
    return padConversion(
      body,
      Math.abs(wide ?? 0),
      left,
      flags.includes('0') && !left && !'sra'.includes(type) && type !== 'c',
    );
  });
  if (!named && used < items.length && !mayLeave)
    throw typeError('not all arguments converted during string formatting');
  checkLength(result.length);
  return result;
}

/** Of values with elements Python does not tell whether all were used. */
export const isSubscriptable = (value: Value): boolean =>
  value instanceof Dict || value instanceof Range || value instanceof Undefined || isList(value);

function star(value: Value): number {
  const integer = asInteger(value);
  if (integer === null) throw typeError('* wants int');
  return Number(integer);
}

function lookUp(values: Dict, key: string): Value {
  const found = values.get(key);
  if (found === undefined) throw new PythonError('KeyError', `'${key}'`);
  return found;
}

function padConversion(body: string, width: number, left: boolean, zeros: boolean): string {
  checkLength(width);
  const missing = width - characters(body).length;
  if (missing <= 0) return body;
  if (left) return body + ' '.repeat(missing);
  if (!zeros) return ' '.repeat(missing) + body;
  const head = /^[-+ ]?(?:0[xXo])?/.exec(body)?.[0] ?? '';
  return head + '0'.repeat(missing) + body.slice(head.length);
}

function converted(value: Value, type: string, flags: string, precision: number | null): string {
  const cut = (whole: string) => (precision === null ? whole : characters(whole).slice(0, precision).join(''));
  switch (type) {
    case 's':
      return cut(text(value));
    case 'r':
      return cut(notation(value));
    case 'a':
      return cut(asciiNotation(value));
    case 'c':
      return character(value);
    case 'd':
    case 'i':
    case 'u':
    case 'x':
    case 'X':
    case 'o':
      return wholeNumber(value, type, flags, precision);
    case 'e':
    case 'E':
    case 'f':
    case 'F':
    case 'g':
    case 'G':
      return signed(floatDigits(realNumber(value), type, precision ?? 6, flags.includes('#')), flags);
    default:
      throw valueError(`unsupported format character '${type}'`);
  }
}

function character(value: Value): string {
  if (isText(value) && characters(plainText(value)).length === 1) return plainText(value);
  const code = asInteger(value);
  if (code === null) throw typeError('%c requires int or char');
  if (code < 0n || code > 0x10ffffn) throw new PythonError('OverflowError', '%c arg not in range(0x110000)');
  return String.fromCodePoint(Number(code));
}

function wholeNumber(value: Value, type: string, flags: string, precision: number | null): string {
  let integer = asInteger(value);
  if (integer === null && typeof value === 'number' && 'diu'.includes(type)) integer = truncated(value);
  if (integer === null) {
    const wanted = 'diu'.includes(type) ? 'a real number' : 'an integer';
    throw typeError(`%${type} format: ${wanted} is required, not ${typeName(value)}`);
  }
  const digits = radixText(integer < 0n ? -integer : integer, type).padStart(precision ?? 0, '0');
  const prefix = flags.includes('#') && 'xXo'.includes(type) ? `0${type}` : '';
  return signed(`${integer < 0n ? '-' : ''}${prefix}${digits}`, flags);
}

function radixText(value: bigint, type: string): string {
  if (type === 'x') return value.toString(16);
  if (type === 'X') return value.toString(16).toUpperCase();
  if (type === 'o') return value.toString(8);
  return type === 'b' ? value.toString(2) : integerText(value);
}

/** `int(value)` of a float. */
export function truncated(value: number): bigint {
  if (Number.isNaN(value)) throw valueError('cannot convert float NaN to integer');
  if (!Number.isFinite(value)) throw new PythonError('OverflowError', 'cannot convert float infinity to integer');
  return BigInt(Math.trunc(value));
}

const signed = (digits: string, flags: string): string => {
  if (digits.startsWith('-')) return digits;
  return flags.includes('+') ? `+${digits}` : flags.includes(' ') ? ` ${digits}` : digits;
};

function realNumber(value: Value): number {
  const number = asNumber(value);
  if (number === null) throw typeError(`must be real number, not ${typeName(value)}`);
  return toFloat(number);
}

/** Digits of a float by a type letter e, f, g or their capitals. */
function floatDigits(value: number, type: string, precision: number, keepZeros: boolean): string {
  const lower = type.toLowerCase();
  const finite = () =>
    lower === 'f'
      ? fixedText(value, precision)
      : lower === 'e'
        ? exponentText(value, precision)
        : generalText(value, precision, keepZeros);
  const digits = Number.isFinite(value) ? finite() : floatText(value);
  return type === lower ? digits : digits.toUpperCase();
}

/** A format specification: `[[fill]align][sign][z][#][0][width][grouping][.precision][type]`. */
const SPECIFICATION = /^(?:([\s\S])?([<>=^]))?([-+ ])?(z)?(#)?(0)?(\d{0,9})([,_])?(?:\.(\d{1,9}))?([a-zA-Z%])?$/u;

interface Specification {
  readonly fill: string;
  readonly align: string;
  readonly sign: string;
  readonly alternate: boolean;
  readonly width: number;
  readonly grouping: string;
  readonly precision: number | null;
  readonly type: string;
}

function readSpecification(source: string, of: Value): Specification {
  const parts = SPECIFICATION.exec(source);
  if (!parts) throw valueError(`Invalid format specifier '${source}' for object of type '${typeName(of)}'`);
  const [, fill, align, sign, z, alternate, zero, width, grouping, precision, type] = parts;
  if (z) throw notSupported("the format option 'z'");
  return {
    fill: fill ?? (zero ? '0' : ' '),
    align: align ?? (zero && !isText(of) ? '=' : ''),
    sign: sign ?? '-',
    alternate: alternate !== undefined,
    width: Number(width),
    grouping: grouping ?? '',
    precision: precision === undefined ? null : Number(precision),
    type: type ?? '',
  };
}

/** `format(value, specification)`. */
export function formatValue(value: Value, source: string): string {
  if (source === '') return text(value);
  const number = asNumber(value);
  if (!isText(value) && number === null)
    throw typeError(`unsupported format string passed to ${typeName(value)}.__format__`);
  const options = readSpecification(source, value);
  checkLength(options.width);
  const unknown = () => valueError(`Unknown format code '${options.type}' for object of type '${typeName(value)}'`);
  if (isText(value)) return formatText(plainText(value), options, unknown);
  if (typeof number === 'bigint' && (options.type === '' || 'bcdoxXn'.includes(options.type)))
    return formatInteger(number, options, value);
  if (options.type !== '' && !'eEfFgGn%'.includes(options.type)) throw unknown();
  return formatFloat(toFloat(number as bigint | number), options);
}

function formatText(value: string, options: Specification, unknown: () => Error): string {
  if (options.type !== '' && options.type !== 's') throw unknown();
  if (options.align === '=') throw valueError("'=' alignment not allowed in string format specifier");
  if (options.sign !== '-' || options.grouping || options.alternate)
    throw valueError('Sign, grouping and alternate form are not allowed in string format specifier');
  const cut = options.precision === null ? value : characters(value).slice(0, options.precision).join('');
  return aligned('', cut, options, '<');
}

function formatInteger(value: bigint, options: Specification, original: Value): string {
  if (options.precision !== null) throw valueError('Precision not allowed in integer format specifier');
  if (options.type === 'c') return aligned('', character(original), options, '<');
  const size = value < 0n ? -value : value;
  const type = options.type === 'n' ? 'd' : options.type;
  const prefix = options.alternate && 'xXob'.includes(type) && type !== '' ? `0${type}` : '';
  const digits = radixText(size, type);
  return aligned(
    signFor(value < 0n, options) + prefix,
    digits,
    options,
    '>',
    'xXob'.includes(type) && type !== '' ? 4 : 3,
  );
}

function formatFloat(value: number, options: Specification): string {
  const { type, precision, alternate } = options;
  const isNegative = value < 0 || Object.is(value, -0);
  const size = Math.abs(value);
  let digits: string;
  if (type === '%') digits = `${floatDigits(size * 100, 'f', precision ?? 6, alternate)}%`;
  else if (type !== '') digits = floatDigits(size, type === 'n' ? 'g' : type, precision ?? 6, alternate);
  else if (precision === null) digits = floatText(size);
  else digits = shortFloat(size, precision);
  return aligned(signFor(isNegative, options), digits, options, '>', 3);
}

/** A float with a precision and no type: as 'g' with one digit behind the point at least. */
function shortFloat(size: number, precision: number): string {
  if (!Number.isFinite(size)) return floatText(size);
  const figures = Math.max(precision, 1);
  const exponent = size === 0 ? 0 : Number(exponentText(size, figures - 1).split('e')[1]);
  const digits = generalText(size, figures);
  // one figure less before the exponent takes over than with 'g'
  if (exponent === figures - 1 && exponent > 0 && !digits.includes('.')) {
    const short = exponentText(size, figures - 1).split('e');
    const mantissa = short[0].includes('.') ? short[0].replace(/0+$/, '').replace(/\.$/, '') : short[0];
    return `${mantissa}e${short[1]}`;
  }
  return digits.includes('.') || digits.includes('e') ? digits : `${digits}.0`;
}

const signFor = (isNegative: boolean, { sign }: Specification): string => (isNegative ? '-' : sign === '-' ? '' : sign);

function aligned(head: string, digits: string, options: Specification, usual: string, group = 3): string {
  const align = options.align || usual;
  let body = options.grouping ? grouped(digits, options.grouping, group) : digits;
  if (align === '=' && options.fill === '0' && options.grouping)
    while (characters(head + body).length < options.width)
      body = grouped(`0${body.replaceAll(options.grouping, '')}`, options.grouping, group);
  const missing = options.width - characters(head + body).length;
  if (missing <= 0) return head + body;
  const padding = options.fill.repeat(missing);
  if (align === '<') return head + body + padding;
  if (align === '>') return padding + head + body;
  if (align === '=') return head + padding + body;
  const left = Math.floor(missing / 2);
  return options.fill.repeat(left) + head + body + options.fill.repeat(missing - left);
}

function grouped(digits: string, separator: string, size: number): string {
  const whole = /^[\da-fA-F]*/.exec(digits.split(/[.e%]/)[0])?.[0] ?? '';
  if (size === 3 && !/^\d+$/.test(whole)) return digits;
  const parts: string[] = [];
  for (let end = whole.length; end > 0; end -= size) parts.unshift(whole.slice(Math.max(end - size, 0), end));
  return parts.join(separator) + digits.slice(whole.length);
}

/** How `str.format` finds what a field names. */
export interface FieldAccess {
  attribute(value: Value, name: string): Value;
  item(value: Value, key: Value): Value;
}

/** `format.format(*args, **keywords)`; fields are looked up as the sandbox looks up attributes. */
export function braceFormat(
  format: string,
  args: readonly Value[],
  keywords: ReadonlyMap<string, Value> | Dict,
  access: FieldAccess,
  convert: (value: Value, specification: string) => string = formatValue,
): string {
  let automatic = 0;
  let manual = false;
  const field = (name: string): Value => {
    const first = /^[^.[]*/.exec(name)?.[0] ?? '';
    const number = numbered(name);
    let value = argument(number ?? first);
    const rest = name.slice(first.length);
    const step = /\.([^.[]+)|\[([^\]]+)\]/y;
    while (step.lastIndex < rest.length) {
      const part = step.exec(rest);
      if (!part) throw valueError('Empty attribute in format string');
      if (part[1] !== undefined) value = access.attribute(value, part[1]);
      else value = access.item(value, /^\d+$/.test(part[2]) ? BigInt(part[2]) : part[2]);
    }
    return value;
  };
  /** A field that is nothing but a number, or nothing: of the two kinds only one may be used. */
  const numbered = (name: string): string | null => {
    if (name !== '' && !/^\d+$/.test(name)) return null;
    if (name === '' ? manual : automatic > 0)
      throw valueError('cannot switch between manual field specification and automatic field numbering');
    if (name !== '') manual = true;
    return name === '' ? String(automatic++) : name;
  };
  const argument = (name: string): Value => {
    if (/^\d+$/.test(name)) {
      if (Number(name) < args.length) return args[Number(name)];
      throw new PythonError('IndexError', `Replacement index ${name} out of range for positional args tuple`);
    }
    const found = keywords.get(name);
    if (found === undefined) throw new PythonError('KeyError', `'${name}'`);
    return found;
  };
  const fill = (source: string, depth: number): string => {
    if (depth > 3) throw valueError('Max string recursion exceeded');
    let result = '';
    for (const part of pieces(source)) {
      if (typeof part === 'string') result += part;
      else {
        let value = field(part.name);
        if (part.conversion === 'r') value = notation(value);
        else if (part.conversion === 's') value = text(value);
        else if (part.conversion === 'a') value = asciiNotation(value);
        else if (part.conversion) throw valueError(`Unknown conversion specifier ${part.conversion}`);
        result += convert(value, fill(part.specification, depth + 1));
      }
      boundLength(result.length);
    }
    spendText(result.length);
    return result;
  };
  return fill(format, 1);
}

interface Field {
  readonly name: string;
  readonly conversion: string;
  readonly specification: string;
}

/** Literal texts and replacement fields of a format string. */
function pieces(format: string): (string | Field)[] {
  const found: (string | Field)[] = [];
  let at = 0;
  while (at < format.length) {
    const next = format.slice(at).search(/[{}]/);
    if (next !== 0) found.push(format.slice(at, next < 0 ? format.length : at + next));
    if (next < 0) break;
    at += next;
    const brace = format[at];
    if (format[at + 1] === brace) {
      found.push(brace);
      at += 2;
      continue;
    }
    if (brace === '}') throw valueError("Single '}' encountered in format string");
    const end = endOfField(format, at + 1);
    found.push(readField(format.slice(at + 1, end)));
    at = end + 1;
  }
  return found;
}

function endOfField(format: string, start: number): number {
  if (start >= format.length) throw valueError("Single '{' encountered in format string");
  let depth = 1;
  for (let at = start; at < format.length; at++) {
    if (format[at] === '{') depth++;
    else if (format[at] === '}' && --depth === 0) return at;
  }
  throw valueError("expected '}' before end of string");
}

function readField(source: string): Field {
  const parts = /^((?:[^[!:]|\[[^\]]*\])*)(?:!([^:]*))?(?::([\s\S]*))?$/.exec(source);
  if (!parts) throw valueError(`the replacement field '{${source}}' is not one`);
  const [, name, conversion = '', specification = ''] = parts;
  if (parts[2] !== undefined && conversion.length !== 1) throw valueError("expected ':' after conversion specifier");
  return { name, conversion, specification };
}
