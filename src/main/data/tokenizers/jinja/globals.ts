/** Functions that every chat template has: Jinja2's own and those of transformers. */
import { formatDate } from '../format-date.ts';
import { fromKeys } from './environment.ts';
import { notation, text } from './notation.ts';
import { bind } from './signature.ts';
import {
  asInteger,
  Callable,
  Dict,
  Instance,
  isText,
  iterate,
  type Keywords,
  notSupported,
  PythonError,
  plainText,
  Range,
  typeError,
  typeName,
  Undefined,
  type Value,
  valueError,
} from './values.ts';

/** The sandbox's bound. */
const MAX_RANGE = 100_000n;

/** The template called raise_exception: its message is for the user. */
export class RaisedByTemplate extends Error {}

function range(args: readonly Value[], keywords: Keywords): Range {
  bind('range', ['/start', ['/stop', null], ['/step', null]], args, keywords);
  const whole = args.map((each) => {
    const integer = asInteger(each);
    if (integer === null) throw typeError(`'${typeName(each)}' object cannot be interpreted as an integer`);
    return integer;
  });
  const [start, stop, step] = whole.length === 1 ? [0n, whole[0], 1n] : [whole[0], whole[1], whole[2] ?? 1n];
  if (step === 0n) throw valueError('range() arg 3 must not be zero');
  const made = new Range(start, stop, step);
  if (made.size > MAX_RANGE)
    throw new PythonError(
      'OverflowError',
      `Range too big. The sandbox blocks ranges larger than MAX_RANGE (${MAX_RANGE}).`,
    );
  return made;
}

/** `dict(*args, **keywords)`: a mapping or pairs, and keywords. */
function dict(args: readonly Value[], keywords: Keywords): Dict {
  if (args.length > 1) throw typeError(`dict expected at most 1 argument, got ${args.length}`);
  const [from] = args;
  const made = new Dict(from instanceof Dict ? from.entries() : []);
  if (from !== undefined && !(from instanceof Dict)) {
    for (const pair of iterate(from)) {
      const parts = [...iterate(pair)];
      if (parts.length !== 2)
        throw valueError(`dictionary update sequence element has length ${parts.length}; 2 is required`);
      made.set(parts[0], parts[1]);
    }
  }
  for (const [key, value] of keywords) made.set(key, value);
  return made;
}

function namespace(args: readonly Value[], keywords: Keywords): Instance {
  const attributes = dict(args, keywords);
  const check = (name: Value) => {
    if (isText(name) && plainText(name).startsWith('_'))
      throw new PythonError(
        'SecurityError',
        `Chat templates cannot store underscore-prefixed attributes on a namespace, but got ${notation(name)}. Please rename the attribute.`,
      );
  };
  for (const name of attributes.keys()) check(name);
  return new Instance({
    type: 'TemplateNamespace',
    attribute: (name) => attributes.get(name),
    notation: () => `<Namespace ${notation(attributes)}>`,
    assign(name, value) {
      check(name);
      attributes.set(name, value);
    },
  });
}

const bound = (name: string, call: () => Value): Callable =>
  new Callable(name, (args, keywords) => {
    bind(name, [], args, keywords);
    return call();
  });

function cycler(args: readonly Value[], keywords: Keywords): Instance {
  if (keywords.size > 0) throw typeError('cycler() takes no keyword arguments');
  if (args.length === 0) throw new PythonError('TemplateError', 'at least one item has to be provided');
  let place = 0;
  return new Instance({
    type: 'Cycler',
    attribute(name) {
      if (name === 'current') return args[place];
      if (name === 'pos') return BigInt(place);
      if (name === 'items') return args;
      if (name === 'reset')
        return bound(name, () => {
          place = 0;
          return null;
        });
      if (name !== 'next') return undefined;
      return bound(name, () => {
        const value = args[place];
        place = (place + 1) % args.length;
        return value;
      });
    },
    notation: () => '<Cycler object>',
  });
}

function joiner(args: readonly Value[], keywords: Keywords): Instance {
  const [separator] = bind('joiner', [['sep', ', ']], args, keywords);
  let used = false;
  return new Instance({
    type: 'Joiner',
    attribute: (name) => (name === 'sep' ? separator : name === 'used' ? used : undefined),
    notation: () => '<Joiner object>',
    call(more, named) {
      bind('joiner', [], more, named);
      const first = !used;
      used = true;
      return first ? '' : separator;
    },
  });
}

function raise(args: readonly Value[], keywords: Keywords): never {
  const [message] = bind('raise_exception', ['message'], args, keywords);
  throw new RaisedByTemplate(text(message));
}

function now(args: readonly Value[], keywords: Keywords): string {
  const [format] = bind('strftime_now', ['format'], args, keywords);
  if (format instanceof Undefined || !isText(format))
    throw typeError(`strftime() argument 1 must be str, not ${typeName(format)}`);
  return formatDate(new Date(), plainText(format));
}

export const GLOBALS: ReadonlyMap<string, Value> = new Map<string, Value>([
  ['range', new Callable('range', range, '<function safe_range>')],
  ['dict', new Callable('dict', dict, '<TemplateDict object>', { fromkeys: fromKeys(new Dict()) })],
  ['namespace', new Callable('namespace', namespace, '<class TemplateNamespace>')],
  ['cycler', new Callable('cycler', cycler, "<class 'jinja2.utils.Cycler'>")],
  ['joiner', new Callable('joiner', joiner, "<class 'jinja2.utils.Joiner'>")],
  [
    'lipsum',
    new Callable('lipsum', () => {
      throw notSupported('lipsum()');
    }),
  ],
  ['raise_exception', new Callable('raise_exception', raise)],
  ['strftime_now', new Callable('strftime_now', now)],
]);
