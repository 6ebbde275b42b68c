/** Arguments of Python's functions: by place or by name, with defaults. */
import { asInteger, isText, type Keywords, plainText, typeError, typeName, type Value } from './values.ts';

/** A parameter's name, alone where it has no default; one that starts with "/" can be given by place only. */
export type Parameter = string | readonly [name: string, fallback: Value];

export const NO_KEYWORDS: Keywords = new Map();

/** Values of the parameters in their order. Throws TypeError for arguments too many, missing or of unknown names. */
export function bind(
  owner: string,
  parameters: readonly Parameter[],
  args: readonly Value[],
  keywords: Keywords = NO_KEYWORDS,
): Value[] {
  if (args.length > parameters.length)
    throw typeError(`${owner}() takes at most ${parameters.length} arguments (${args.length} given)`);
  const names = parameters.map((each) => (typeof each === 'string' ? each : each[0]));
  for (const name of keywords.keys()) {
    const at = names.indexOf(name);
    if (at < 0) throw typeError(`${owner}() got an unexpected keyword argument '${name}'`);
    if (at < args.length) throw typeError(`${owner}() got multiple values for argument '${name}'`);
  }
  return parameters.map((parameter, i) => {
    const given = i < args.length ? args[i] : keywords.get(names[i]);
    if (given !== undefined) return given;
    if (typeof parameter === 'string')
      throw typeError(`${owner}() missing required argument: '${parameter.replace('/', '')}'`);
    return parameter[1];
  });
}

export function textArgument(owner: string, value: Value): string {
  if (isText(value)) return plainText(value);
  throw typeError(`${owner}() argument must be str, not ${typeName(value)}`);
}

/** Larger counts than any list or text here; Python's own bound is 2^63. */
const LARGEST = 1n << 53n;

/** An int as a place or count, cut to ±2^53. */
export function integerArgument(owner: string, value: Value): number {
  const integer = asInteger(value);
  if (integer === null) throw typeError(`${owner}(): '${typeName(value)}' object cannot be interpreted as an integer`);
  return Number(integer > LARGEST ? LARGEST : integer < -LARGEST ? -LARGEST : integer);
}
