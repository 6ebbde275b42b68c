/** Reads the parts of a tokenizer.json: each is an object with a "type" and fields that must be checked. */
import { TokenizerError } from '../tokenizer.ts';

export type Json = Readonly<Record<string, unknown>>;

/** Sequences within sequences: real files nest twice. */
const MAX_DEPTH = 16;

export const isObject = (value: unknown): value is Json =>
  value !== null && typeof value === 'object' && !Array.isArray(value);

export function objectAt(value: unknown, where: string): Json {
  if (isObject(value)) return value;
  throw new TokenizerError(`${where}: expected an object, found ${shorten(value)}`);
}

export function listAt(value: unknown, where: string): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw new TokenizerError(`${where}: expected a list, found ${shorten(value)}`);
}

export function textAt(node: Json, key: string, where: string, fallback?: string): string {
  const value = node[key] ?? fallback;
  if (typeof value === 'string') return value;
  throw new TokenizerError(`${where}: "${key}" must be a text, found ${shorten(value)}`);
}

export function countAt(node: Json, key: string, where: string, fallback?: number): number {
  const value = node[key] ?? fallback;
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  throw new TokenizerError(`${where}: "${key}" must be a whole number, found ${shorten(value)}`);
}

export function flagAt(node: Json, key: string, fallback: boolean): boolean {
  const value = node[key];
  return typeof value === 'boolean' ? value : fallback;
}

export const shorten = (value: unknown): string => (JSON.stringify(value) ?? String(value)).slice(0, 80);

export type Build<T> = (node: Json, where: string, depth: number) => T;

/** Builds a part by its type; an unknown type is refused by name. */
export function buildPart<T>(kinds: Readonly<Record<string, Build<T>>>, value: unknown, where: string, depth = 0): T {
  const node = objectAt(value, where);
  const type = textAt(node, 'type', where);
  if (depth > MAX_DEPTH) throw new TokenizerError(`${where}: parts are nested more than ${MAX_DEPTH} deep`);
  if (!Object.hasOwn(kinds, type))
    throw new TokenizerError(`${where}: the type "${type}" is not supported; known: ${Object.keys(kinds).join(', ')}`);
  return kinds[type](node, `${where} ${type}`, depth + 1);
}
