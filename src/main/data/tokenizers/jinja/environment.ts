/** Attributes, elements and calls as Jinja2's ImmutableSandboxedEnvironment allows them. */
import { braceFormat, formatValue } from './format-text.ts';
import { escapeText, stripTags, toMarkup, unescapeText } from './markup.ts';
import { notation } from './notation.ts';
import { integerRatio } from './numbers.ts';
import { subscript } from './operators.ts';
import { bind, type Parameter } from './signature.ts';
import { callTextMethod, join, mapTexts, TEXT_METHODS } from './text-methods.ts';
import {
  asInteger,
  Callable,
  Dict,
  equals,
  Instance,
  isList,
  isText,
  iterate,
  type Keywords,
  Markup,
  notSupported,
  plainText,
  Range,
  Stream,
  Tuple,
  typeError,
  typeName,
  Undefined,
  type Value,
  View,
  valueError,
} from './values.ts';

/** Methods that change a list or dictionary. */
const CHANGES_LIST = new Set(['append', 'clear', 'pop', 'reverse', 'insert', 'sort', 'extend', 'remove']);
const CHANGES_DICT = new Set(['clear', 'pop', 'popitem', 'setdefault', 'update']);
/** Attributes that every object of Python has. */
const OF_EVERYTHING =
  /^__(?:class|delattr|dir|doc|eq|format|ge|getattribute|gt|hash|init|init_subclass|le|lt|ne|new|reduce|reduce_ex|repr|setattr|sizeof|str|subclasshook)__$/;

const SUBSCRIPTABLE = (value: Value): string => (value === null ? 'None' : typeName(value));

const method = (
  owner: Value,
  name: string,
  parameters: readonly Parameter[],
  call: (args: readonly Value[]) => Value,
): Callable =>
  new Callable(
    name,
    (args, keywords) => call(bind(name, parameters, args, keywords)),
    `<built-in method ${name} of ${typeName(owner)} object>`,
  );

/** What was found; None is found as well, which `??` would pass over. */
const otherwise = (found: Value | undefined, fallback: () => Value): Value =>
  found === undefined ? fallback() : found;

/** An attribute that Python's object has; undefined where it has none. */
function ownAttribute(value: Value, name: string): Value | undefined {
  if (isText(value)) return textAttribute(value, name);
  if (isList(value)) return sequenceAttribute(value, value, name);
  if (value instanceof Dict) return dictAttribute(value, name);
  if (value instanceof Tuple) return tupleAttribute(value, name);
  if (value instanceof Instance) return value.parts.attribute(name);
  if (value instanceof Range) return rangeAttribute(value, name);
  if (value instanceof Callable) return Object.hasOwn(value.attributes, name) ? value.attributes[name] : undefined;
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean')
    return numberAttribute(value, name);
  if (value instanceof View) return name === 'mapping' ? value.dict : undefined;
  if (value instanceof Stream && ['send', 'throw', 'close'].includes(name))
    throw notSupported(`${value.type}.${name}()`);
  return undefined;
}

/** Fields of `str.format` are looked up with the sandbox's rules. */
const FIELDS = { attribute: getAttribute, item: getItem };

function textAttribute(owner: string | Markup, name: string): Value | undefined {
  const source = plainText(owner);
  const isHtml = owner instanceof Markup;
  const back = (value: Value): Value => (isHtml ? mapTexts(value, (each) => new Markup(each)) : value);
  if (name === 'format' || name === 'format_map') return formatMethod(owner, name);
  if (isHtml && name === 'striptags') return method(owner, name, [], () => stripTags(source));
  if (isHtml && name === 'unescape') return method(owner, name, [], () => unescapeText(source));
  if (isHtml && name === 'escape') return method(owner, name, ['s'], ([value]) => toMarkup(value));
  if (!TEXT_METHODS.has(name)) return undefined;
  return new Callable(
    name,
    (args, keywords) => {
      if (isHtml && name === 'join')
        return new Markup(
          join(
            source,
            Array.from(iterate(bind(name, ['/iterable'], args, keywords)[0]), (each) => toMarkup(each).text),
          ),
        );
      if (isHtml && name === 'replace' && args.length > 1)
        return new Markup(
          plainText(
            callTextMethod(name, source, [args[0], toMarkup(args[1]).text, ...args.slice(2)], keywords) as string,
          ),
        );
      return back(callTextMethod(name, source, args, keywords));
    },
    `<built-in method ${name} of ${typeName(owner)} object>`,
  );
}

function formatMethod(owner: string | Markup, name: string): Callable {
  const source = plainText(owner);
  const isHtml = owner instanceof Markup;
  const convert = isHtml
    ? (value: Value, specification: string) =>
        value instanceof Markup ? value.text : escapeText(formatValue(value, specification))
    : formatValue;
  const call = (args: readonly Value[], keywords: Keywords): Value => {
    let fields: Keywords | Dict = keywords;
    if (name === 'format_map') {
      const [given] = bind(name, ['/mapping'], args, keywords);
      if (!(given instanceof Dict)) throw typeError(`format_map() argument must be a mapping, not ${typeName(given)}`);
      fields = given;
    }
    const result = braceFormat(source, name === 'format_map' ? [] : args, fields, FIELDS, convert);
    return isHtml ? new Markup(result) : result;
  };
  return new Callable(name, call, `<built-in method ${name} of ${typeName(owner)} object>`);
}

function sequenceAttribute(owner: Value, items: readonly Value[], name: string): Value | undefined {
  switch (name) {
    case 'count':
      return method(owner, name, ['/value'], ([wanted]) => BigInt(items.filter((item) => equals(item, wanted)).length));
    case 'index':
      return method(owner, name, ['/value', ['/start', 0n], ['/stop', null]], ([wanted, start, stop]) =>
        indexOf(owner, items, wanted, start, stop),
      );
    case 'copy':
      return owner instanceof Tuple ? undefined : method(owner, name, [], () => [...items]);
  }
  return isList(owner) && CHANGES_LIST.has(name) ? unsafe(owner, name) : undefined;
}

function indexOf(owner: Value, items: readonly Value[], wanted: Value, start: Value, stop: Value): bigint {
  const place = (value: Value, fallback: number) => {
    const at = value === null ? fallback : Number(asInteger(value) ?? 0n);
    return at < 0 ? Math.max(at + items.length, 0) : at;
  };
  const end = Math.min(place(stop, items.length), items.length);
  for (let at = place(start, 0); at < end; at++) if (equals(items[at], wanted)) return BigInt(at);
  throw valueError(`${notation(wanted)} is not in ${typeName(owner)}`);
}

function tupleAttribute(owner: Tuple, name: string): Value | undefined {
  const at = owner.names.indexOf(name);
  return at >= 0 ? owner.items[at] : sequenceAttribute(owner, owner.items, name);
}

function dictAttribute(owner: Dict, name: string): Value | undefined {
  switch (name) {
    case 'items':
    case 'keys':
    case 'values':
      return method(owner, name, [], () => new View(name, owner));
    case 'get':
      return method(owner, name, ['/key', ['/default', null]], ([key, fallback]) =>
        otherwise(owner.get(key), () => fallback),
      );
    case 'copy':
      return method(owner, name, [], () => new Dict(owner.entries()));
    case 'fromkeys':
      return fromKeys(owner);
  }
  return CHANGES_DICT.has(name) ? unsafe(owner, name) : undefined;
}

export const fromKeys = (owner: Value): Callable =>
  method(
    owner,
    'fromkeys',
    ['/iterable', ['/value', null]],
    ([keys, value]) => new Dict(Array.from(iterate(keys), (key) => [key, value] as const)),
  );

function rangeAttribute(owner: Range, name: string): Value | undefined {
  switch (name) {
    case 'start':
    case 'stop':
    case 'step':
      return owner[name];
    case 'count':
      return method(owner, name, ['/value'], ([wanted]) => {
        const integer = asInteger(wanted);
        return integer !== null && owner.indexOf(integer) >= 0n ? 1n : 0n;
      });
    case 'index':
      return method(owner, name, ['/value'], ([wanted]) => {
        const at = owner.indexOf(asInteger(wanted) ?? owner.stop);
        if (at < 0n) throw valueError(`${notation(wanted)} is not in range`);
        return at;
      });
  }
  return undefined;
}

function numberAttribute(owner: number | bigint | boolean, name: string): Value | undefined {
  const integer = asInteger(owner);
  const itself = integer ?? (owner as number);
  switch (name) {
    case 'real':
      return itself;
    case 'imag':
      return integer === null ? 0 : 0n;
    case 'conjugate':
      return method(owner, name, [], () => itself);
    case 'is_integer':
      return integer === null ? method(owner, name, [], () => Number.isInteger(owner)) : undefined;
    case 'as_integer_ratio':
      return method(owner, name, [], () => new Tuple(integer === null ? integerRatio(Number(owner)) : [integer, 1n]));
    case 'hex':
      if (integer === null) throw notSupported('float.hex()');
      return undefined;
  }
  if (integer === null) return undefined;
  const bits = (integer < 0n ? -integer : integer).toString(2);
  switch (name) {
    case 'numerator':
      return integer;
    case 'denominator':
      return 1n;
    case 'bit_length':
      return method(owner, name, [], () => (integer === 0n ? 0n : BigInt(bits.length)));
    case 'bit_count':
      return method(owner, name, [], () => BigInt(bits.replaceAll('0', '').length));
    case 'to_bytes':
      throw notSupported('int.to_bytes()');
  }
  return undefined;
}

/** What the sandbox gives in place of an attribute it does not hand out. */
const unsafe = (owner: Value, name: string): Undefined =>
  new Undefined(`access to attribute '${name}' of '${typeName(owner)}' object is unsafe.`, 'SecurityError');

function missing(owner: Value, name: Value): Undefined {
  const what = owner === null ? 'None' : `${typeName(owner)} object`;
  return new Undefined(
    typeof name === 'string' ? `'${what}' has no attribute '${name}'` : `${what} has no element ${notation(name)}`,
  );
}

function attributeOf(value: Value, name: string): Value | undefined {
  if (name.startsWith('_')) return OF_EVERYTHING.test(name) ? unsafe(value, name) : undefined;
  if (value instanceof Undefined) value.fail();
  return ownAttribute(value, name);
}

/** `value.name` */
export function getAttribute(value: Value, name: string): Value {
  return otherwise(attributeOf(value, name), () => otherwise(subscript(value, name), () => missing(value, name)));
}

/** `value[key]` */
export function getItem(value: Value, key: Value): Value {
  const found = subscript(value, key);
  if (found !== undefined) return found;
  const attribute = isText(key) ? attributeOf(value, plainText(key)) : undefined;
  return otherwise(attribute, () => missing(value, isText(key) ? plainText(key) : key));
}

/** `value|attr(name)`: attributes alone. */
export function getAttributeOnly(value: Value, name: string): Value {
  if (value instanceof Undefined && !name.startsWith('__')) value.fail();
  return otherwise(attributeOf(value, name), () => missing(value, name));
}

/** `callee(*args, **keywords)`. Throws PythonError. */
export function call(callee: Value, args: readonly Value[], keywords: Keywords): Value {
  if (callee instanceof Callable) return callee.call(args, keywords);
  if (callee instanceof Undefined) callee.fail();
  if (callee instanceof Instance && callee.parts.call) return callee.parts.call(args, keywords);
  throw typeError(`'${callee === null ? 'NoneType' : typeName(callee)}' object is not callable`);
}

export const isCallable = (value: Value): boolean =>
  value instanceof Callable ||
  value instanceof Undefined ||
  (value instanceof Instance && value.parts.call !== undefined);

/** Items of a mapping given as `**value`. */
export function keywordsOf(value: Value): [string, Value][] {
  if (value instanceof Undefined) value.fail();
  if (!(value instanceof Dict)) throw typeError(`argument after ** must be a mapping, not ${SUBSCRIPTABLE(value)}`);
  return Array.from(value.entries(), ([key, each]) => {
    if (!isText(key)) throw typeError('keywords must be strings');
    return [plainText(key), each];
  });
}
