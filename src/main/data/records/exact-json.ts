/** JSON whose numbers keep their digits: what a double would round (ids above 2^53, decimals of many places) becomes a WideNumber, and is written back as it stood. */

/** Written as it stands by JSON.stringify; of V8 from 11.4 on, as the parser's source texts are. */
const { rawJSON } = JSON as unknown as { rawJSON(text: string): unknown };
/** What a reviver is told of a value besides its key. */
type Reviver = (this: unknown, key: string, value: unknown, context: { readonly source?: string }) => unknown;
const parseWithSource = JSON.parse as (text: string, reviver: Reviver) => unknown;

/** A number that a double cannot hold; JSON gets its digits. */
export class WideNumber {
  readonly #digits: string;
  /** `digits`: a number as JSON writes it. */
  constructor(digits: string) {
    this.#digits = digits;
  }
  toJSON(): unknown {
    return rawJSON(this.#digits);
  }
  toString(): string {
    return this.#digits;
  }
}

/** 15 digits always survive the way through a double. */
const SAFE_DIGITS = 15;

const significant = (text: string): string =>
  text
    .replace(/^-|e.*$/gi, '')
    .replace('.', '')
    .replace(/^0+|0+$/g, '');

/** Whether the double nearest to a number as JSON writes it has the same digits. */
export function isExact(source: string): boolean {
  if (source.length <= SAFE_DIGITS && !/e/i.test(source)) return true;
  const value = Number(source);
  if (!Number.isFinite(value)) return false;
  const digits = significant(source);
  if (value === 0) return digits === '';
  return digits.length <= SAFE_DIGITS || significant(String(value)) === digits;
}

/** The value of a JSON text that holds numbers which are not exact. Throws SyntaxError. */
export const parseWide = (text: string): unknown =>
  parseWithSource(text, (_key, value, { source }) =>
    typeof value === 'number' && source !== undefined && !isExact(source) ? new WideNumber(source) : value,
  );

/** Texts, so that digits in them are passed over, and numbers that may be wide. */
const TOKENS = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/gs;
const MAY_BE_WIDE = /\d[\d.]{15}|\d[eE][+-]?\d{3}/;

/** `JSON.parse` with exact numbers; as fast where there is none to keep. Throws SyntaxError. */
export function parseExact(text: string): unknown {
  if (!MAY_BE_WIDE.test(text)) return JSON.parse(text);
  for (const [token] of text.matchAll(TOKENS)) if (token[0] !== '"' && !isExact(token)) return parseWide(text);
  return JSON.parse(text);
}

/** The same value with something else for each wide number in it. */
function mapWide(value: unknown, of: (number: WideNumber) => unknown): unknown {
  if (value === null || typeof value !== 'object') return value;
  if (value instanceof WideNumber) return of(value);
  if (Array.isArray(value)) return value.map((item) => mapWide(item, of));
  if ('toJSON' in value) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, mapWide(inner, of)]));
}

/** For what counts with doubles: wide numbers as the nearest ones. */
export const wideAsNumber = (value: unknown): unknown => mapWide(value, (number) => Number(String(number)));

/** For readers that would round them: wide numbers as texts. */
export const wideAsText = (value: unknown): unknown => mapWide(value, String);

/** For writers that look into objects before they write JSON: wide numbers as JSON.rawJSON makes them. */
export const wideAsRaw = (value: unknown): unknown => mapWide(value, (number) => number.toJSON());
