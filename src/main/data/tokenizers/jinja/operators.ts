/** Operators of expressions on Python's values. */
import { isSubscriptable, percentFormat } from './format-text.ts';
import { escapeText, toMarkup } from './markup.ts';
import type { BinarySign, Comparison } from './nodes.ts';
import { text } from './notation.ts';
import { floorDivide, modulo, multiplyIntegers, power, toFloat, trueDivide } from './numbers.ts';
import {
  asInteger,
  asNumber,
  characters,
  contains,
  Dict,
  equals,
  isBasic,
  isLess,
  isList,
  isText,
  Markup,
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
import { checkLength, spend } from './work.ts';

/** More items than any conversation has: a template that repeats a list so often is broken or hostile. */
const MAX_ITEMS = 1 << 22;

/** `left sign right`. Throws PythonError. */
export function binary(sign: BinarySign, left: Value, right: Value): Value {
  const a = asNumber(left);
  const b = asNumber(right);
  if (a !== null && b !== null) return arithmetic(sign, a, b);
  if (sign === '%' && isText(left)) return formatted(left, right);
  if (left instanceof Undefined) left.fail();
  if (right instanceof Undefined) right.fail();
  const result = sign === '+' ? joined(left, right) : sign === '*' ? repeated(left, right) : undefined;
  if (result !== undefined) return result;
  throw typeError(`unsupported operand type(s) for ${sign}: '${typeName(left)}' and '${typeName(right)}'`);
}

function arithmetic(sign: BinarySign, a: bigint | number, b: bigint | number): bigint | number {
  const whole = typeof a === 'bigint' && typeof b === 'bigint';
  switch (sign) {
    case '+':
      return whole ? a + b : toFloat(a) + toFloat(b);
    case '-':
      return whole ? a - b : toFloat(a) - toFloat(b);
    case '*':
      return whole ? multiplyIntegers(a, b) : toFloat(a) * toFloat(b);
    case '/':
      return trueDivide(a, b);
    case '//':
      return floorDivide(a, b);
    case '%':
      return modulo(a, b);
    case '**':
      return power(a, b);
  }
}

function joined(left: Value, right: Value): Value | undefined {
  if (isText(left) && isText(right)) {
    if (left instanceof Markup || right instanceof Markup)
      return new Markup(toMarkup(left).text + toMarkup(right).text);
    checkLength(left.length + right.length);
    return left + right;
  }
  if (isList(left) && isList(right)) return checkedItems([...left, ...right]);
  if (left instanceof Tuple && right instanceof Tuple) return new Tuple(checkedItems([...left.items, ...right.items]));
  if (isText(left)) throw typeError(`can only concatenate str (not "${typeName(right)}") to str`);
  return undefined;
}

function checkedItems(items: readonly Value[]): readonly Value[] {
  spend(items.length / 16);
  if (items.length > MAX_ITEMS) throw valueError(`a list of ${items.length} items; at most ${MAX_ITEMS} are made`);
  return items;
}

function repeated(left: Value, right: Value): Value | undefined {
  const times = asInteger(right) ?? asInteger(left);
  const sequence = asInteger(right) === null ? right : left;
  if (times === null) return undefined;
  if (times >= 1n << 63n || times < -(1n << 63n))
    throw new PythonError('OverflowError', "cannot fit 'int' into an index-sized integer");
  const count = times < 0n ? 0 : Number(times);
  if (isText(sequence)) {
    const source = plainText(sequence);
    checkLength(source.length * count);
    const whole = source.repeat(source === '' ? 0 : count);
    return sequence instanceof Markup ? new Markup(whole) : whole;
  }
  const items = sequence instanceof Tuple ? sequence.items : isList(sequence) ? sequence : null;
  if (items === null) return undefined;
  if (items.length * count > MAX_ITEMS) throw valueError(`a list of more than ${MAX_ITEMS} items`);
  const all = items.length === 0 ? [] : Array.from({ length: count }, () => items).flat();
  return sequence instanceof Tuple ? new Tuple(all) : all;
}

/** `text % values`; HTML escapes what is put in. */
function formatted(left: string | Markup, right: Value): Value {
  if (typeof left === 'string') return percentFormat(left, right);
  const safe = (value: Value): Value =>
    isText(value) ? toMarkup(value).text : asNumber(value) === null ? escapeText(text(value)) : value;
  if (right instanceof Tuple) return new Markup(percentFormat(left.text, new Tuple(right.items.map(safe))));
  if (right instanceof Dict)
    return new Markup(
      percentFormat(left.text, new Dict(Array.from(right.entries(), ([key, value]) => [key, safe(value)] as const))),
    );
  return new Markup(percentFormat(left.text, safe(right), isSubscriptable(right)));
}

export function negative(value: Value): Value {
  const number = asNumber(value);
  if (number !== null) return -number;
  if (value instanceof Undefined) value.fail();
  throw typeError(`bad operand type for unary -: '${typeName(value)}'`);
}

export function positive(value: Value): Value {
  const number = asNumber(value);
  if (number !== null) return number;
  if (value instanceof Undefined) value.fail();
  throw typeError(`bad operand type for unary +: '${typeName(value)}'`);
}

export function compare(sign: Comparison, left: Value, right: Value): boolean {
  switch (sign) {
    case '==':
      return equals(left, right);
    case '!=':
      return !equals(left, right);
    case '<':
      return isLess(left, right);
    case '>':
      return isLess(right, left, '>');
    case '<=':
      return lessOrEqual(left, right, '<=');
    case '>=':
      return lessOrEqual(right, left, '>=');
    case 'in':
      return contains(right, left);
    case 'not in':
      return !contains(right, left);
  }
}

function lessOrEqual(left: Value, right: Value, sign: string): boolean {
  const isLeft = isLess(left, right, sign);
  // of undefined values the comparison has failed; not a number is less than nothing
  return isLeft || equals(left, right);
}

/** The value at a key or place; undefined where Python raises TypeError, KeyError or IndexError. */
export function subscript(value: Value, key: Value): Value | undefined {
  if (value instanceof Dict) return isHashable(key) ? value.get(key) : undefined;
  if (value instanceof Undefined) value.fail();
  const index = asInteger(key);
  if (index === null) return undefined;
  if (isList(value)) return value[place(index, value.length)];
  if (value instanceof Tuple) return value.items[place(index, value.items.length)];
  if (value instanceof Range) {
    const at = index < 0n ? index + value.size : index;
    return at >= 0n && at < value.size ? value.at(at) : undefined;
  }
  if (!isText(value)) return undefined;
  const source = plainText(value);
  const found = isBasic(source) ? source[place(index, source.length)] : pick(characters(source), index);
  return found !== undefined && value instanceof Markup ? new Markup(found) : found;
}

const pick = (items: readonly string[], index: bigint): string | undefined => items[place(index, items.length)];
const place = (index: bigint, length: number): number => Number(index) + (index < 0n ? length : 0);

const isHashable = (key: Value): boolean =>
  !isList(key) && !(key instanceof Dict) && !(key instanceof Tuple && !key.items.every(isHashable));

/** `value[start:stop:step]`; the ends are None where they are left out. Throws PythonError. */
export function slice(value: Value, start: Value, stop: Value, step: Value): Value {
  if (value instanceof Undefined) value.fail();
  if (isList(value)) return sliced(value, start, stop, step);
  if (value instanceof Tuple) return new Tuple(sliced(value.items, start, stop, step));
  if (value instanceof Range) return slicedRange(value, start, stop, step);
  if (isText(value)) {
    const source = plainText(value);
    const part = sliced(characters(source), start, stop, step).join('');
    return value instanceof Markup ? new Markup(part) : part;
  }
  if (value instanceof Dict) throw typeError("unhashable type: 'slice'");
  throw typeError(`'${typeName(value)}' object is not subscriptable`);
}

function sliceIndex(value: Value): bigint | null {
  if (value === null) return null;
  const index = asInteger(value);
  if (index === null) throw typeError('slice indices must be integers or None or have an __index__ method');
  return index;
}

/** First place, place behind the last one, and step. */
function bounds(length: bigint, start: Value, stop: Value, step: Value): [bigint, bigint, bigint] {
  const by = sliceIndex(step) ?? 1n;
  if (by === 0n) throw valueError('slice step cannot be zero');
  const [lowest, highest] = by > 0n ? [0n, length] : [-1n, length - 1n];
  const clamp = (value: Value, fallback: bigint): bigint => {
    const index = sliceIndex(value);
    if (index === null) return fallback;
    const at = index < 0n ? index + length : index;
    return at < lowest ? lowest : at > highest ? highest : at;
  };
  return [clamp(start, by > 0n ? lowest : highest), clamp(stop, by > 0n ? highest : lowest), by];
}

function sliced<T>(items: readonly T[], start: Value, stop: Value, step: Value): T[] {
  const [from, to, by] = bounds(BigInt(items.length), start, stop, step);
  spend(items.length / 16);
  if (by === 1n) return items.slice(Number(from), Math.max(Number(from), Number(to)));
  const result: T[] = [];
  for (let at = from; by > 0n ? at < to : at > to; at += by) result.push(items[Number(at)]);
  return result;
}

function slicedRange(range: Range, start: Value, stop: Value, step: Value): Range {
  const [from, to, by] = bounds(range.size, start, stop, step);
  return new Range(range.at(from), range.at(to), range.step * by);
}

/** `sum(values, start)`. */
export function sum(values: Iterable<Value>, start: Value): Value {
  if (isText(start)) throw typeError("sum() can't sum strings [use ''.join(seq) instead]");
  let total: Value = start;
  for (const value of values) total = binary('+', total, value);
  return total;
}
