/** Values of typed tables (Parquet, Arrow) as records hold them: what JSON has no form for stays an object, so that it is never taken for text. */
import { isExact, WideNumber } from './exact-json.ts';

/** Bytes that are no text, as of a picture; JSON gets their count alone. */
export class BinaryValue {
  readonly #count: number;
  constructor(count: number) {
    this.#count = count;
  }
  toJSON(): string {
    return `${this.#count} bytes`;
  }
}

/** A number where a double holds it. */
const numberOf = (digits: string): number | WideNumber => (isExact(digits) ? Number(digits) : new WideNumber(digits));

const integerOf = (value: bigint): number | WideNumber => numberOf(String(value));

/** A decimal is a whole number of units of 10^-scale. */
export function decimalOf(units: bigint, scale: number): number | WideNumber {
  if (scale <= 0) return integerOf(units * 10n ** BigInt(-scale));
  const digits = String(units < 0n ? -units : units).padStart(scale + 1, '0');
  return numberOf(`${units < 0n ? '-' : ''}${digits.slice(0, -scale)}.${digits.slice(-scale)}`);
}

/** A moment finer than a date can say; JSON gets its text (ISO 8601). */
export class FineInstant {
  readonly #text: string;
  constructor(text: string) {
    this.#text = text;
  }
  toJSON(): string {
    return this.#text;
  }
}

/** A moment in 10^-places seconds after 1970. */
export function instantOf(value: bigint, places: number): Date | FineInstant {
  const perMs = 10n ** BigInt(Math.max(0, places - 3));
  const ms = places < 3 ? value * 10n ** BigInt(3 - places) : value / perMs - (value % perMs < 0n ? 1n : 0n);
  const date = new Date(Number(ms));
  const left = places < 3 ? 0n : value - ms * perMs;
  if (left === 0n || Number.isNaN(date.getTime())) return date;
  return new FineInstant(date.toISOString().replace('Z', `${String(left).padStart(places - 3, '0')}Z`));
}

/** Tables of Python write "no number here" as NaN. */
const numberOrNull = (value: number): number | null => (Number.isNaN(value) ? null : value);

const isTypedArray = (value: object): value is Iterable<unknown> =>
  ArrayBuffer.isView(value) && Symbol.iterator in value;

const isFinal = (value: object): boolean =>
  value instanceof Date || value instanceof WideNumber || value instanceof FineInstant;

/** What a reader gives, with its lists and objects inside, as plain values. */
export function plainValue(value: unknown): unknown {
  if (value === undefined || value === null) return null;
  if (typeof value === 'number') return numberOrNull(value);
  if (typeof value === 'bigint') return integerOf(value);
  if (typeof value !== 'object' || isFinal(value)) return value;
  if (value instanceof Uint8Array) return new BinaryValue(value.length);
  if (Array.isArray(value)) return value.map(plainValue);
  if (isTypedArray(value)) return Array.from(value, plainValue);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plainValue(inner)]));
}

/** A row without its empty cells: a table has every column in every row, and says with null that a row lacks it. */
export const rowOf = (cells: readonly (readonly [name: string, value: unknown])[]): Record<string, unknown> =>
  Object.fromEntries(cells.filter(([, value]) => value !== null));

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Text of bytes; undefined when they are not UTF-8. */
export function strictText(bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}
