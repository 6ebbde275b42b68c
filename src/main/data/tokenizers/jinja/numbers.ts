/** Python's arithmetic: whole numbers of any size beside floats, and floats written as Python writes them. */
import { PythonError, valueError } from './values.ts';

/** Thirty thousand digits: a template that computes more is broken or hostile. */
const MAX_BITS = 100_000n;
/** Python refuses to write longer whole numbers. */
const MAX_DIGITS = 4300;

const overflow = (message: string): PythonError => new PythonError('OverflowError', message);
const zeroDivision = (message: string): PythonError => new PythonError('ZeroDivisionError', message);

/** Throws OverflowError. */
export function toFloat(value: bigint | number): number {
  const float = Number(value);
  if (typeof value === 'bigint' && !Number.isFinite(float)) throw overflow('int too large to convert to float');
  return float;
}

export function floorDivide(a: bigint | number, b: bigint | number): bigint | number {
  if (typeof a === 'bigint' && typeof b === 'bigint') {
    if (b === 0n) throw zeroDivision('integer division or modulo by zero');
    const quotient = a / b;
    return a % b !== 0n && a < 0n !== b < 0n ? quotient - 1n : quotient;
  }
  const [x, y] = [toFloat(a), toFloat(b)];
  if (y === 0) throw zeroDivision('float floor division by zero');
  const rest = floatModulo(x, y);
  const quotient = (x - rest) / y;
  const floor = Math.floor(quotient);
  return quotient - floor > 0.5 ? floor + 1 : floor;
}

export function modulo(a: bigint | number, b: bigint | number): bigint | number {
  if (typeof a === 'bigint' && typeof b === 'bigint') {
    if (b === 0n) throw zeroDivision('integer modulo by zero');
    const rest = a % b;
    return rest !== 0n && rest < 0n !== b < 0n ? rest + b : rest;
  }
  const [x, y] = [toFloat(a), toFloat(b)];
  if (y === 0) throw zeroDivision('float modulo');
  return floatModulo(x, y);
}

/** The rest has the sign of the divisor. */
function floatModulo(x: number, y: number): number {
  const rest = x % y;
  if (rest === 0) return y < 0 ? -0 : 0;
  return rest < 0 !== y < 0 ? rest + y : rest;
}

/** `a / b`, rounded once, however large they are. */
export function trueDivide(a: bigint | number, b: bigint | number): number {
  // biome-ignore lint/suspicious/noDoubleEquals: of either kind of number
  if (b == 0)
    throw zeroDivision(typeof a === 'bigint' && typeof b === 'bigint' ? 'division by zero' : 'float division by zero');
  if (typeof a !== 'bigint' || typeof b !== 'bigint') return toFloat(a) / toFloat(b);
  if (isSafe(a) && isSafe(b)) return Number(a) / Number(b);
  return divideLarge(a, b);
}

const isSafe = (value: bigint): boolean => value >= -(1n << 53n) && value <= 1n << 53n;
const bitLength = (value: bigint): number => (value < 0n ? -value : value).toString(2).length;

function divideLarge(a: bigint, b: bigint): number {
  const [x, y] = [a < 0n ? -a : a, b < 0n ? -b : b];
  // 66 bits or more of quotient, whose last tells of a rest: Number() then rounds as if it had them all
  const shift = BigInt(66 + bitLength(y) - bitLength(x));
  const numerator = shift > 0n ? x << shift : x;
  const denominator = shift > 0n ? y : y << -shift;
  const quotient = numerator / denominator;
  const exact = numerator % denominator === 0n ? quotient : quotient | 1n;
  const size = Number(exact) * 2 ** -Number(shift);
  if (!Number.isFinite(size)) throw overflow('integer division result too large for a float');
  return a < 0n === b < 0n ? size : -size;
}

export function power(a: bigint | number, b: bigint | number): bigint | number {
  if (typeof a === 'bigint' && typeof b === 'bigint' && b >= 0n) {
    if (BigInt(bitLength(a)) * b > MAX_BITS && a !== 0n && a !== 1n && a !== -1n)
      throw overflow(`a power of more than ${MAX_BITS} bits`);
    return a ** b;
  }
  const [x, y] = [toFloat(a), toFloat(b)];
  if (x === 0 && y < 0) throw zeroDivision('0.0 cannot be raised to a negative power');
  if (x < 0 && Number.isFinite(x) && Number.isFinite(y) && !Number.isInteger(y))
    throw new PythonError('NotSupported', 'a power that is a complex number is not supported in chat templates here');
  if (x === 1 || y === 0) return 1;
  const result = x ** y;
  if (!Number.isFinite(result) && Number.isFinite(x) && Number.isFinite(y))
    throw overflow('Numerical result out of range');
  return result;
}

/** Throws OverflowError for what no template needs. */
export function multiplyIntegers(a: bigint, b: bigint): bigint {
  const product = a * b;
  if (product > 1n << 64n || product < -(1n << 64n)) {
    if (BigInt(bitLength(product)) > MAX_BITS) throw overflow(`a product of more than ${MAX_BITS} bits`);
  }
  return product;
}

export function integerText(value: bigint): string {
  const text = value.toString();
  if (text.length > MAX_DIGITS + (value < 0n ? 1 : 0))
    throw valueError(`Exceeds the limit (${MAX_DIGITS} digits) for integer string conversion`);
  return text;
}

/** `repr` of a float: the shortest digits that give it back, with an exponent below 1e-4 and from 1e16 on. */
export function floatText(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'nan' : value > 0 ? 'inf' : '-inf';
  if (Object.is(value, -0)) return '-0.0';
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e16)) return exponentForm(value.toExponential());
  const text = String(value);
  return text.includes('.') ? text : `${text}.0`;
}

/** JavaScript's exponents have one digit where Python writes two. */
const exponentForm = (text: string): string => text.replace(/e([+-])(\d)$/, 'e$10$2');

/** A finite double as a fraction. */
function fraction(value: number): { numerator: bigint; denominator: bigint } {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  const bits = view.getBigUint64(0);
  const exponent = Number((bits >> 52n) & 0x7ffn);
  const mantissa = (bits & ((1n << 52n) - 1n)) | (exponent ? 1n << 52n : 0n);
  const shift = Math.max(exponent, 1) - 1075;
  const signed = value < 0 ? -mantissa : mantissa;
  return shift >= 0
    ? { numerator: signed << BigInt(shift), denominator: 1n }
    : { numerator: signed, denominator: 1n << BigInt(-shift) };
}

export const integerRatio = (value: number): [bigint, bigint] => {
  let { numerator, denominator } = fraction(value);
  while (denominator > 1n && numerator % 2n === 0n) {
    numerator /= 2n;
    denominator /= 2n;
  }
  return [numerator, denominator];
};

/** Nearest whole number to numerator / denominator (> 0); halves go to the even one. */
function divideHalfEven(numerator: bigint, denominator: bigint): bigint {
  const floor = floorDivide(numerator, denominator) as bigint;
  const twice = 2n * (numerator - floor * denominator);
  if (twice > denominator || (twice === denominator && floor % 2n !== 0n)) return floor + 1n;
  return floor;
}

const MAX_PRECISION = 1000;
const checkPrecision = (precision: number): void => {
  if (precision > MAX_PRECISION) throw valueError(`precision too big: ${precision}, at most ${MAX_PRECISION}`);
};

/** `'%.{precision}f' % value` for a finite value: rounded from its exact decimals, halves to even. */
export function fixedText(value: number, precision: number): string {
  checkPrecision(precision);
  const { numerator, denominator } = fraction(value);
  const scaled = divideHalfEven((numerator < 0n ? -numerator : numerator) * 10n ** BigInt(precision), denominator);
  const digits = scaled.toString().padStart(precision + 1, '0');
  const whole = digits.slice(0, digits.length - precision);
  const sign = value < 0 || Object.is(value, -0) ? '-' : '';
  return sign + whole + (precision ? `.${digits.slice(digits.length - precision)}` : '');
}

/** Digits and decimal exponent of `'%.{precision}e' % value` for a finite value ≥ 0. */
function scientific(value: number, precision: number): { digits: string; exponent: number } {
  if (value === 0) return { digits: '0'.repeat(precision + 1), exponent: 0 };
  const { numerator, denominator } = fraction(value);
  let exponent = Number(value.toExponential().split('e')[1]);
  for (;;) {
    const scale = precision - exponent;
    const scaled =
      scale >= 0
        ? divideHalfEven(numerator * 10n ** BigInt(scale), denominator)
        : divideHalfEven(numerator, denominator * 10n ** BigInt(-scale));
    const digits = scaled.toString();
    if (digits.length === precision + 1) return { digits, exponent };
    exponent += digits.length > precision + 1 ? 1 : -1;
  }
}

const withExponent = (digits: string, exponent: number): string =>
  `${digits[0]}${digits.length > 1 ? `.${digits.slice(1)}` : ''}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;

const signOf = (value: number): string => (value < 0 || Object.is(value, -0) ? '-' : '');

/** `'%.{precision}e' % value` for a finite value. */
export function exponentText(value: number, precision: number): string {
  checkPrecision(precision);
  const { digits, exponent } = scientific(Math.abs(value), precision);
  return signOf(value) + withExponent(digits, exponent);
}

/** `'%.{precision}g' % value` for a finite value; with `keepZeros` as '%#g'. */
export function generalText(value: number, precision: number, keepZeros = false): string {
  checkPrecision(precision);
  const figures = Math.max(precision, 1);
  const { digits, exponent } = scientific(Math.abs(value), figures - 1);
  const trimmed = keepZeros ? digits : digits.replace(/0+$/, '') || '0';
  if (exponent < -4 || exponent >= figures) return signOf(value) + withExponent(trimmed, exponent);
  const padded = exponent < 0 ? '0'.repeat(-exponent) + trimmed : trimmed.padEnd(exponent + 1, '0');
  const whole = padded.slice(0, Math.max(exponent, 0) + 1);
  const rest = padded.slice(whole.length);
  return signOf(value) + whole + (rest ? `.${rest}` : '');
}

/** `round(value, digits)` of a float: from its exact decimals, halves to even. */
export function roundFloat(value: number, digits: number): number {
  if (!Number.isFinite(value) || digits > 340) return value;
  if (digits >= 0) return Number(fixedText(value, digits));
  const { numerator, denominator } = fraction(value);
  const unit = 10n ** BigInt(Math.min(-digits, 400));
  return Number(divideHalfEven(numerator, denominator * unit) * unit);
}

/** `round(value, digits)` of an int. */
export function roundInteger(value: bigint, digits: number): bigint {
  if (digits >= 0) return value;
  const unit = 10n ** BigInt(Math.min(-digits, 5000));
  return divideHalfEven(value, unit) * unit;
}

const WHOLE = /^([+-]?)(0[xX]_?|0[oO]_?|0[bB]_?)?([0-9a-zA-Z]+(?:_[0-9a-zA-Z]+)*)$/;

/** `int(text, base)`, null where Python raises ValueError. */
export function parseInteger(text: string, base = 10): bigint | null {
  const parts = WHOLE.exec(text);
  if (!parts) return null;
  const prefixes: Readonly<Record<string, number>> = { x: 16, o: 8, b: 2 };
  const prefix = parts[2] ? prefixes[parts[2][1].toLowerCase()] : 0;
  let digits = parts[3].replaceAll('_', '').toLowerCase();
  let radix = base;
  if (base === 0) {
    radix = prefix || 10;
    if (!prefix && /^0+[1-9]/.test(digits)) return null;
  } else if (prefix && prefix !== base) digits = (parts[2] + parts[3]).replaceAll('_', '').toLowerCase();
  if (digits.length > MAX_DIGITS) return null;
  let value = 0n;
  for (const digit of digits) {
    const amount = Number.parseInt(digit, 36);
    if (!(amount < radix)) return null;
    value = value * BigInt(radix) + BigInt(amount);
  }
  return parts[1] === '-' ? -value : value;
}

const FLOAT = /^[+-]?(?:(?:\d+(?:_\d+)*)?\.?(?:\d+(?:_\d+)*)?(?:[eE][+-]?\d+(?:_\d+)*)?)$/;
const NOT_FINITE = /^([+-]?)(?:(inf|infinity)|nan)$/i;

/** `float(text)`, null where Python raises ValueError. */
export function parseFloatText(text: string): number | null {
  const named = NOT_FINITE.exec(text);
  if (named) return named[2] ? (named[1] === '-' ? -Infinity : Infinity) : Number.NaN;
  if (!FLOAT.test(text) || !/\d/.test(text.split(/[eE]/)[0])) return null;
  return Number(text.replaceAll('_', ''));
}
