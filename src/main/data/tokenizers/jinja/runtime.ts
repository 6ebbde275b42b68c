/** What a rendering carries with it: values of names, written text, and bounds that no honest template meets. */

import { bind } from './signature.ts';
import {
  Callable,
  equals,
  Instance,
  iterate,
  type Keywords,
  lengthOf,
  PythonError,
  Stream,
  Tuple,
  typeError,
  Undefined,
  type Value,
  valueError,
} from './values.ts';
import { spend, spendText } from './work.ts';

/** Macros within macros; Python gives up at about as many. */
const MAX_CALLS = 250;

/** Text as it is written. */
export class Output {
  text = '';
  write(part: string): void {
    this.text += part;
    spendText(part.length);
  }
}

export class Runtime {
  /** Line of the template that is being worked on, for errors. */
  line = 1;
  /** What was written outside of macros and captured blocks. */
  readonly root = new Output();
  /** [start, end) of each `{% generation %}` block in the text, in characters. */
  readonly generated: [number, number][] = [];
  #calls = 0;

  /** Runs a macro's or loop's body within the bound on nesting. */
  enter<T>(run: () => T): T {
    spend(10);
    if (++this.#calls > MAX_CALLS)
      throw new PythonError(
        'OverflowError',
        `maximum recursion depth exceeded: more than ${MAX_CALLS} macros or loops call each other`,
      );
    try {
      return run();
    } finally {
      this.#calls--;
    }
  }
}

/** Variables of a template: those it sets at its outermost level, and those it was given. */
export class Context {
  readonly variables = new Map<string, Value>();
  readonly #given: (name: string) => Value | undefined;
  constructor(given: (name: string) => Value | undefined) {
    this.#given = given;
  }
  resolve(name: string): Value | undefined {
    const own = this.variables.get(name);
    return own === undefined ? this.#given(name) : own;
  }
}

/** One run of the template's main body, of a macro, or of another part that is a function for Jinja2. */
export class Activation {
  readonly runtime: Runtime;
  readonly context: Context;
  readonly parent: Activation | null;
  /** Nothing stands where a name has no value (yet). */
  readonly slots: (Value | undefined)[] = [];
  constructor(runtime: Runtime, context: Context, parent: Activation | null) {
    this.runtime = runtime;
    this.context = context;
    this.parent = parent;
  }
}

/** The `loop` of a for block. */
export class Loop {
  readonly variable: Instance;
  readonly depth0: number;
  #index0 = -1;
  readonly #items: Value;
  #iterator: Iterator<Value>;
  #after: IteratorResult<Value> | null = null;
  #before: Value = null;
  #current: Value = null;
  #length: number | null = null;
  #changedValue: Tuple | null = null;

  constructor(items: Value, recurse: ((items: Value, depth: number) => Value) | null, depth0: number) {
    this.#items = items;
    this.#iterator = iterate(items)[Symbol.iterator]();
    this.depth0 = depth0;
    this.variable = new Instance({
      type: 'LoopContext',
      attribute: (name) => this.#attribute(name),
      notation: () => `<LoopContext ${this.#index0 + 1}/${this.length()}>`,
      length: () => this.length(),
      call(args, keywords) {
        const [inner] = bind('loop', ['/iterable'], args, keywords);
        if (!recurse) throw typeError("The loop must have the 'recursive' marker to be called recursively.");
        return recurse(inner, depth0 + 1);
      },
    });
  }

  next(): IteratorResult<Value> {
    const result = this.#after ?? this.#iterator.next();
    this.#after = null;
    if (result.done) return result;
    this.#index0++;
    this.#before = this.#current;
    this.#current = result.value;
    return result;
  }

  #peek(): IteratorResult<Value> {
    this.#after ??= this.#iterator.next();
    return this.#after;
  }

  /** Of what tells no length, the rest is read. */
  length(): number {
    if (this.#length !== null) return this.#length;
    if (!(this.#items instanceof Stream)) this.#length = lengthOf(this.#items);
    else {
      const rest: Value[] = [];
      for (let next = this.#iterator.next(); !next.done; next = this.#iterator.next()) rest.push(next.value);
      this.#iterator = rest[Symbol.iterator]();
      this.#length = rest.length + this.#index0 + 1 + (this.#after && !this.#after.done ? 1 : 0);
    }
    return this.#length;
  }

  #attribute(name: string): Value | undefined {
    switch (name) {
      case 'index0':
        return BigInt(this.#index0);
      case 'index':
        return BigInt(this.#index0 + 1);
      case 'first':
        return this.#index0 === 0;
      case 'last':
        return this.#peek().done === true;
      case 'length':
        return BigInt(this.length());
      case 'revindex':
        return BigInt(this.length() - this.#index0);
      case 'revindex0':
        return BigInt(this.length() - this.#index0 - 1);
      case 'depth0':
        return BigInt(this.depth0);
      case 'depth':
        return BigInt(this.depth0 + 1);
      case 'previtem':
        return this.#index0 === 0 ? new Undefined('there is no previous item') : this.#before;
      case 'nextitem': {
        const next = this.#peek();
        return next.done ? new Undefined('there is no next item') : next.value;
      }
      case 'cycle':
        return new Callable(name, (args, keywords) => this.#cycle(args, keywords));
      case 'changed':
        return new Callable(name, (args, keywords) => this.#changed(args, keywords));
    }
    return undefined;
  }

  #cycle(args: readonly Value[], keywords: Keywords): Value {
    if (args.length === 0 || keywords.size > 0) throw typeError('no items for cycling given');
    return args[this.#index0 % args.length];
  }

  #changed(args: readonly Value[], keywords: Keywords): boolean {
    if (keywords.size > 0) throw typeError('changed() takes no keyword arguments');
    const value = new Tuple(args);
    if (this.#changedValue !== null && equals(this.#changedValue, value)) return false;
    this.#changedValue = value;
    return true;
  }
}

/** Values of an assignment's several targets. Throws where there are more or fewer. */
export function unpack(value: Value, count: number): Value[] {
  let items: Value[];
  try {
    items = [...iterate(value)];
  } catch {
    throw typeError(`cannot unpack non-iterable value`);
  }
  if (items.length > count) throw valueError(`too many values to unpack (expected ${count})`);
  if (items.length < count) throw valueError(`not enough values to unpack (expected ${count}, got ${items.length})`);
  return items;
}
