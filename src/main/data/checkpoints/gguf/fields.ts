/** Reads single fields of a GGUF file's metadata, with errors that name the key. */
import { CheckpointError } from '../safetensors.ts';
import type { GgufHeader } from './header.ts';
import type { MetadataValue } from './metadata.ts';

export interface Fields {
  readonly path: string;
  /** The value as it is; undefined when the key is missing. */
  raw(key: string): MetadataValue | undefined;
  /** A whole number from 0. */
  count(key: string): number;
  optionalCount(key: string): number | undefined;
  /** A count, or a list of one for each layer that are all the same. */
  optionalSameCount(key: string): number | undefined;
  /** Shortest decimal of the float32 that the file holds: 1e-5, not 9.999999747378752e-6. */
  number(key: string, otherwise: number): number;
  text(key: string): string;
  optionalText(key: string): string | undefined;
  flag(key: string, otherwise: boolean): boolean;
  texts(key: string): readonly string[];
  numbers(key: string): readonly number[];
  /** Throws a CheckpointError that begins with the file's path. */
  fail(why: string): never;
}

const show = (value: unknown): string =>
  typeof value === 'bigint'
    ? String(value)
    : (JSON.stringify(value, (_, v) => (typeof v === 'bigint' ? `${v}` : v)) ?? 'nothing').slice(0, 80);

/** The shortest decimal number that rounds to the same float32. */
export function shortestFloat(value: number): number {
  for (let digits = 1; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === Math.fround(value)) return short;
  }
  return value;
}

export function fieldsOf({ path, metadata }: GgufHeader): Fields {
  const fail = (why: string): never => {
    throw new CheckpointError(`${path}: ${why}`);
  };
  function list<T>(key: string, what: string, isIt: (x: unknown) => x is T): readonly T[] {
    const value = metadata.get(key);
    if (!Array.isArray(value)) return fail(`the metadata "${key}" must be a list of ${what}, found ${show(value)}`);
    const wrong = value.findIndex((x) => !isIt(x));
    if (wrong >= 0) fail(`the metadata "${key}"[${wrong}] must be one of ${what}, found ${show(value[wrong])}`);
    return value as readonly T[];
  }
  const optionalCount = (key: string): number | undefined => {
    const value = metadata.get(key);
    if (value === undefined) return undefined;
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
    return fail(`the metadata "${key}" must be a whole number, found ${show(value)}`);
  };
  const optionalText = (key: string): string | undefined => {
    const value = metadata.get(key);
    if (value === undefined || typeof value === 'string') return value;
    return fail(`the metadata "${key}" must be a text, found ${show(value)}`);
  };
  return {
    path,
    fail,
    raw: (key) => metadata.get(key),
    optionalCount,
    optionalSameCount(key) {
      const value = metadata.get(key);
      if (!Array.isArray(value)) return optionalCount(key);
      const counts = list(key, 'whole numbers', (x): x is number => Number.isSafeInteger(x) && Number(x) >= 0);
      if (counts.length > 0 && counts.every((count) => count === counts[0])) return counts[0];
      return fail(`the metadata "${key}" differs from layer to layer, ${show(value)}: such models are not supported`);
    },
    optionalText,
    count: (key) => optionalCount(key) ?? fail(`the metadata "${key}" is missing`),
    text: (key) => optionalText(key) ?? fail(`the metadata "${key}" is missing`),
    number(key, otherwise) {
      const value = metadata.get(key) ?? otherwise;
      if (typeof value === 'number' && Number.isFinite(value)) return shortestFloat(value);
      return fail(`the metadata "${key}" must be a number, found ${show(value)}`);
    },
    flag(key, otherwise) {
      const value = metadata.get(key) ?? otherwise;
      return typeof value === 'boolean'
        ? value
        : fail(`the metadata "${key}" must be true or false, found ${show(value)}`);
    },
    texts: (key) => list(key, 'texts', (x): x is string => typeof x === 'string'),
    numbers: (key) => list(key, 'numbers', (x): x is number => typeof x === 'number'),
  };
}
