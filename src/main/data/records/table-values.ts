/** Values of typed tables (Parquet, Arrow) as records hold them: what JSON has no form for stays an object, so that it is never taken for text. */

/** A whole number that a double cannot hold; JSON gets its digits. */
export class WideNumber {
  readonly #digits: string;
  constructor(digits: string) {
    this.#digits = digits;
  }
  toJSON(): string {
    return this.#digits;
  }
}

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

/** A number where it is exact. */
export const integerOf = (value: bigint): number | WideNumber =>
  Number.isSafeInteger(Number(value)) ? Number(value) : new WideNumber(String(value));

/** Tables of Python write "no number here" as NaN. */
export const numberOrNull = (value: number): number | null => (Number.isNaN(value) ? null : value);

const isTypedArray = (value: object): value is Iterable<unknown> =>
  ArrayBuffer.isView(value) && Symbol.iterator in value;

/** What a reader gives, with its lists and objects inside, as plain values. */
export function plainValue(value: unknown): unknown {
  if (value === undefined || value === null) return null;
  if (typeof value === 'number') return numberOrNull(value);
  if (typeof value === 'bigint') return integerOf(value);
  if (typeof value !== 'object' || value instanceof Date) return value;
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
