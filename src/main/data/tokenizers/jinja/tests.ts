/** What stands behind `is`: Jinja2's tests by name. */
import { isCallable } from './environment.ts';
import { FILTER_NAMES } from './filter-names.ts';
import { text } from './notation.ts';
import { binary, compare } from './operators.ts';
import { bind, type Parameter } from './signature.ts';
import { isLower, isUpper } from './text-methods.ts';
import {
  asInteger,
  asNumber,
  contains,
  Dict,
  equals,
  hashKey,
  isIterable,
  isList,
  isText,
  type Keywords,
  Markup,
  plainText,
  Range,
  Tuple,
  Undefined,
  type Value,
} from './values.ts';

type Test = (args: readonly Value[], keywords: Keywords) => boolean;

const one = (name: string, call: (value: Value) => boolean): [string, Test] => [
  name,
  (args, keywords) => call(bind(name, ['value'], args, keywords)[0]),
];
const two = (name: string, parameter: Parameter, call: (value: Value, other: Value) => boolean): [string, Test] => [
  name,
  (args, keywords) => {
    const [value, other] = bind(name, ['value', parameter], args, keywords);
    return call(value, other);
  },
];
const compared = (sign: Parameters<typeof compare>[0], ...names: string[]): [string, Test][] =>
  names.map((name) => two(name, '/other', (a, b) => compare(sign, a, b)));

const rest = (value: Value, by: Value): Value => binary('%', value, by);
const isSequence = (value: Value): boolean =>
  isText(value) ||
  isList(value) ||
  value instanceof Dict ||
  value instanceof Tuple ||
  value instanceof Range ||
  value instanceof Undefined;
const isIn = (names: { has(name: string): boolean }, value: Value): boolean => {
  hashKey(value);
  return isText(value) && names.has(plainText(value));
};

/** Throws PythonError from a test. */
export const TESTS: ReadonlyMap<string, Test> = new Map<string, Test>([
  one('odd', (value) => equals(rest(value, 2n), 1n)),
  one('even', (value) => equals(rest(value, 2n), 0n)),
  two('divisibleby', 'num', (value, by) => equals(rest(value, by), 0n)),
  one('defined', (value) => !(value instanceof Undefined)),
  one('undefined', (value) => value instanceof Undefined),
  one('filter', (value) => isIn(FILTER_NAMES, value)),
  one('test', (value) => isIn(TESTS, value)),
  one('none', (value) => value === null),
  one('boolean', (value) => typeof value === 'boolean'),
  one('false', (value) => value === false),
  one('true', (value) => value === true),
  one('integer', (value) => typeof value === 'bigint'),
  one('float', (value) => typeof value === 'number'),
  one('lower', (value) => isLower(text(value))),
  one('upper', (value) => isUpper(text(value))),
  one('string', isText),
  one('mapping', (value) => value instanceof Dict),
  one('number', (value) => asNumber(value) !== null),
  one('sequence', isSequence),
  one('iterable', isIterable),
  one('callable', isCallable),
  two('sameas', 'other', (value, other) => value === other || (asInteger(value) === null && Object.is(value, other))),
  one('escaped', (value) => value instanceof Markup),
  two('in', 'seq', (value, container) => contains(container, value)),
  ...compared('==', '==', 'eq', 'equalto'),
  ...compared('!=', '!=', 'ne'),
  ...compared('>', '>', 'gt', 'greaterthan'),
  ...compared('>=', '>=', 'ge'),
  ...compared('<', '<', 'lt', 'lessthan'),
  ...compared('<=', '<=', 'le'),
]);
