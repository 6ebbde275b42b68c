/**
 * Syntax tree → functions that render it. Frames, and which of them a name belongs to, are Jinja2's (jinja2/compiler.py): each part that is a Python
 * function there has slots of its own here, and sees those of the functions around it as they are when it runs.
 */
import { call, getAttribute, getItem, keywordsOf } from './environment.ts';
import { FILTER_NAMES } from './filter-names.ts';
import { callFilter, callTest } from './filters.ts';
import { TemplateSyntaxError } from './lexer.ts';
import {
  type Arguments,
  type BlockNode,
  type CallBlockNode,
  type Expression,
  type FilterNode,
  type ForNode,
  type IfNode,
  type MacroNode,
  type Node,
  type Statement,
  walk,
} from './nodes.ts';
import { text } from './notation.ts';
import { binary, compare, negative, positive, slice } from './operators.ts';
import { Activation, Context, Loop, Output, type Runtime, unpack } from './runtime.ts';
import { NO_KEYWORDS } from './signature.ts';
import { type Load, Symbols, targetNames, undeclared } from './symbols.ts';
import { TESTS } from './tests.ts';
import {
  Callable,
  Dict,
  Instance,
  isTrue,
  iterate,
  type Keywords,
  PythonError,
  Stream,
  Tuple,
  textLength,
  typeError,
  Undefined,
  type Value,
} from './values.ts';
import { checkLength, spend } from './work.ts';

type Evaluate = (at: Activation) => Value;
/** What ends a turn of a loop early. */
type Signal = 'break' | 'continue' | undefined;
type Execute = (at: Activation, out: Output) => Signal;
type Assign = (at: Activation, value: Value) => void;

/** A part of the template that is a function for Jinja2: its slots by name and level. */
class Scope {
  readonly parent: Scope | null;
  readonly #places = new Map<string, number>();
  constructor(parent: Scope | null) {
    this.parent = parent;
  }
  declare(slot: string): number {
    const place = this.#places.get(slot) ?? this.#places.size;
    this.#places.set(slot, place);
    return place;
  }
  /** How many functions outside, and which of its slots. */
  find(slot: string): { out: number; place: number } {
    let out = 0;
    for (let scope: Scope | null = this; scope; scope = scope.parent, out++) {
      const place = scope.#places.get(slot);
      if (place !== undefined) return { out, place };
    }
    throw new Error(`no function holds '${slot}'`);
  }
}

interface Frame {
  readonly symbols: Symbols;
  readonly scope: Scope;
  /** At the template's outermost level, within `if` or not. */
  readonly isTop: boolean;
  /** Within `if`: unknown filters are errors only when they are met. */
  readonly isSoft: boolean;
  /** Loops of the same function around. */
  readonly loops: number;
}

const inner = (frame: Frame, scope = frame.scope): Frame => ({
  symbols: new Symbols(frame.symbols),
  scope,
  isTop: false,
  isSoft: false,
  loops: scope === frame.scope ? frame.loops : 0,
});

type OneSided = Extract<Expression, { kind: 'Not' | 'Negative' | 'Positive' }>;
type Operation = Extract<Expression, { left: Expression }> | OneSided;

/** What a filter or set block has written, as its filter finds it. */
const CAPTURED = ' captured';

class Compiler {
  readonly #blocks = new Map<string, Execute>();

  template(statements: readonly Statement[]): (runtime: Runtime, context: Context) => void {
    const blocks = [...walk(statements)].filter((node): node is BlockNode => node.kind === 'Block');
    for (const [i, { name, line }] of blocks.entries())
      if (blocks.findIndex((other) => other.name === name) < i) this.#fail(`block '${name}' defined twice`, line);
    if (undeclared(statements, ['self']).size > 0)
      this.#fail('the variable `self` is not supported in chat templates here', 1);
    const frame: Frame = { symbols: new Symbols(), scope: new Scope(null), isTop: true, isSoft: false, loops: 0 };
    frame.symbols.analyse(statements);
    const enter = this.#enter(frame);
    const body = this.#statements(statements, frame);
    for (const block of blocks) this.#blocks.set(block.name, this.#blockBody(block));
    return (runtime, context) => {
      const at = new Activation(runtime, context, null);
      enter(at);
      body(at, runtime.root);
    };
  }

  #fail(message: string, line: number): never {
    throw new TemplateSyntaxError(message, line);
  }

  // ---- names

  /** Gives the names of a frame their first values. */
  #enter({ symbols, scope }: Frame): (at: Activation) => void {
    const loads = [...symbols.loads].map(([slot, load]) => ({ place: scope.declare(slot), load }));
    const steps = loads.flatMap(({ place, load }) => {
      const value = this.#firstValue(load, scope);
      return value ? [{ place, value }] : [];
    });
    return (at) => {
      for (const { place, value } of steps) at.slots[place] = value(at);
    };
  }

  #firstValue(load: Load, scope: Scope): ((at: Activation) => Value | undefined) | null {
    if (load.how === 'parameter') return null;
    if (load.how === 'resolve') return (at) => at.context.resolve(load.name);
    return load.how === 'alias' ? this.#slot(scope, load.slot) : () => undefined;
  }

  /** After a frame its names have no values: macros made in it may still ask. */
  #leave({ symbols, scope }: Frame): (at: Activation) => void {
    const places = [...symbols.loads.keys()].map((slot) => scope.declare(slot));
    return (at) => {
      for (const place of places) at.slots[place] = undefined;
    };
  }

  #slot(scope: Scope, slot: string): (at: Activation) => Value | undefined {
    const { out, place } = scope.find(slot);
    if (out === 0) return (at) => at.slots[place];
    return (at) => {
      let holder: Activation | null = at;
      for (let i = 0; i < out && holder; i++) holder = holder.parent;
      return holder?.slots[place];
    };
  }

  #read(frame: Frame, name: string): Evaluate {
    const read = this.#slot(frame.scope, frame.symbols.slot(name));
    return (at) => {
      const value = read(at);
      return value === undefined ? new Undefined(`'${name}' is undefined`) : value;
    };
  }

  #assign(target: Expression, frame: Frame): Assign {
    switch (target.kind) {
      case 'Name': {
        const place = frame.scope.declare(frame.symbols.slot(target.name));
        return (at, value) => {
          at.slots[place] = value;
        };
      }
      case 'AttributeTarget': {
        const object = this.#read(frame, target.name);
        return (at, value) => namespaceOf(object(at))(target.attribute, value);
      }
      case 'Tuple': {
        const parts = target.items.map((item) => this.#assign(item, frame));
        return (at, value) => {
          const items = unpack(value, parts.length);
          for (const [i, part] of parts.entries()) part(at, items[i]);
        };
      }
    }
    return this.#fail(`can't assign to '${target.kind.toLowerCase()}'`, target.line);
  }

  /** An assignment of the template's, which blocks see if it stands at the outermost level. */
  #set(target: Expression, frame: Frame): Assign {
    const assign = this.#assign(target, frame);
    if (!frame.isTop) return assign;
    const slots = targetNames(target).map((name) => [name, this.#slot(frame.scope, frame.symbols.slot(name))] as const);
    return (at, value) => {
      assign(at, value);
      for (const [name, slot] of slots) at.context.variables.set(name, slot(at) ?? null);
    };
  }

  // ---- statements

  #statements(statements: readonly Statement[], frame: Frame): Execute {
    const steps = statements.map((statement) => this.#statement(statement, frame));
    if (steps.length === 1) return steps[0];
    return (at, out) => {
      for (const step of steps) {
        const signal = step(at, out);
        if (signal) return signal;
      }
      return undefined;
    };
  }

  #statement(node: Statement, frame: Frame): Execute {
    switch (node.kind) {
      case 'Output':
        return this.#output(node.parts, frame);
      case 'For':
        return this.#for(node, frame);
      case 'If':
        return this.#if(node, frame);
      case 'Macro':
        return this.#macro(node, frame);
      case 'CallBlock':
        return node.call ? this.#callBlock(node, frame) : this.#generation(node, frame);
      case 'Assign':
        return this.#assignment(node, frame);
      case 'AssignBlock':
        return this.#assignBlock(node, frame);
      case 'FilterBlock':
        return this.#filterBlock(node, frame);
      case 'With':
        return this.#with(node, frame);
      case 'Block':
        return this.#block(node, frame);
      case 'Scope':
        return this.#autoescape(node, frame);
      case 'Other':
        return this.#other(node, frame);
      case 'Break':
      case 'Continue': {
        const signal = node.kind === 'Break' ? 'break' : 'continue';
        if (frame.loops === 0) this.#fail(`'${signal}' outside loop`, node.line);
        return () => signal;
      }
    }
  }

  #output(parts: readonly Expression[], frame: Frame): Execute {
    const steps = parts.map((part): ((at: Activation, out: Output) => void) => {
      if (part.kind === 'Text') return (_at, out) => out.write(part.text);
      const value = this.#expression(part, frame);
      return (at, out) => {
        at.runtime.line = part.line;
        out.write(text(value(at)));
      };
    });
    return (at, out) => {
      for (const step of steps) step(at, out);
      return undefined;
    };
  }

  #if(node: IfNode, outer: Frame): Execute {
    const frame = { ...outer, isSoft: true };
    const branches = [node, ...node.elifs].map(({ test, body, line }) => ({
      test: this.#expression(test, frame),
      body: this.#statements(body, frame),
      line,
    }));
    const otherwise = this.#statements(node.otherwise, frame);
    return (at, out) => {
      for (const { test, body, line } of branches) {
        at.runtime.line = line;
        if (isTrue(test(at))) return body(at, out);
      }
      return otherwise(at, out);
    };
  }

  #assignment(node: Statement & { kind: 'Assign' }, frame: Frame): Execute {
    const checks = [...walk([node.target])].flatMap((each) =>
      each.kind === 'AttributeTarget' ? [this.#read(frame, each.name)] : [],
    );
    const value = this.#expression(node.value, frame);
    const assign = this.#set(node.target, frame);
    return (at) => {
      at.runtime.line = node.line;
      for (const check of checks) namespaceOf(check(at));
      assign(at, value(at));
      return undefined;
    };
  }

  #assignBlock(node: Statement & { kind: 'AssignBlock' }, outer: Frame): Execute {
    const frame = inner(outer);
    frame.symbols.analyse(node.body);
    const captured = this.#capture(node.body, frame);
    const filter = node.filter ? this.#expression(node.filter, frame) : null;
    const assign = this.#set(node.target, outer);
    const leave = this.#leave(frame);
    const place = frame.scope.declare(CAPTURED);
    return (at) => {
      const signal = captured(at);
      if (signal) return signal;
      at.runtime.line = node.line;
      assign(at, filter ? filter(at) : (at.slots[place] ?? ''));
      leave(at);
      return undefined;
    };
  }

  #filterBlock(node: Statement & { kind: 'FilterBlock' }, outer: Frame): Execute {
    const frame = inner(outer);
    frame.symbols.analyse([...node.body, node.filter]);
    const captured = this.#capture(node.body, frame);
    const filter = this.#expression(node.filter, frame);
    const leave = this.#leave(frame);
    return (at, out) => {
      const signal = captured(at);
      if (signal) return signal;
      at.runtime.line = node.line;
      out.write(text(filter(at)));
      leave(at);
      return undefined;
    };
  }

  /** Runs a body and keeps its text for the filter behind it. */
  #capture(body: readonly Statement[], frame: Frame): (at: Activation) => Signal {
    const enter = this.#enter(frame);
    const execute = this.#statements(body, frame);
    const place = frame.scope.declare(CAPTURED);
    return (at) => {
      enter(at);
      const buffer = new Output();
      const signal = execute(at, buffer);
      at.slots[place] = buffer.text;
      return signal;
    };
  }

  #with(node: Statement & { kind: 'With' }, outer: Frame): Execute {
    const frame = inner(outer);
    frame.symbols.analyse([...node.targets, ...node.body]);
    const enter = this.#enter(frame);
    const pairs = node.targets.map(
      (target, i) => [this.#assign(target, frame), this.#expression(node.values[i], outer)] as const,
    );
    const body = this.#statements(node.body, frame);
    const leave = this.#leave(frame);
    return (at, out) => {
      enter(at);
      at.runtime.line = node.line;
      for (const [assign, value] of pairs) assign(at, value(at));
      const signal = body(at, out);
      leave(at);
      return signal;
    };
  }

  #autoescape(node: Statement & { kind: 'Scope' }, outer: Frame): Execute {
    const { option, body, line } = node;
    if (option.kind !== 'Constant' || isTrue(option.value))
      this.#fail('{% autoescape %} is not supported in chat templates here', line);
    const frame = inner(outer);
    frame.symbols.analyse(body);
    const enter = this.#enter(frame);
    const execute = this.#statements(body, frame);
    const leave = this.#leave(frame);
    return (at, out) => {
      enter(at);
      const signal = execute(at, out);
      leave(at);
      return signal;
    };
  }

  #other({ tag, template, line }: Statement & { kind: 'Other' }, frame: Frame): Execute {
    if (tag === 'extends' && !frame.isTop) this.#fail('cannot use extend from a non top-level scope', line);
    const name = this.#expression(template, frame);
    return (at) => {
      at.runtime.line = line;
      throw typeError(`{% ${tag} ${text(name(at))} %}: a chat template has no others beside it`);
    };
  }

  #block({ name, scoped, required, line }: BlockNode, frame: Frame): Execute {
    const stores = scoped
      ? [...frame.symbols.allStores()].map(([each, slot]) => [each, this.#slot(frame.scope, slot)] as const)
      : [];
    return (at, out) => {
      at.runtime.line = line;
      if (required) throw new PythonError('TemplateError', `Required block '${name}' not found`);
      let { context } = at;
      if (scoped) {
        const locals = new Map(stores.map(([each, slot]) => [each, slot(at)] as const));
        const outer = context;
        context = new Context((each) => {
          const local = locals.get(each);
          return local === undefined ? outer.resolve(each) : local;
        });
      }
      return this.#blocks.get(name)?.(new Activation(at.runtime, context, null), out);
    };
  }

  #blockBody(node: BlockNode): Execute {
    const frame: Frame = { symbols: new Symbols(), scope: new Scope(null), isTop: false, isSoft: false, loops: 0 };
    const parent =
      undeclared(node.body, ['super']).size > 0 ? frame.scope.declare(frame.symbols.declareParameter('super')) : null;
    frame.symbols.analyse(node.body);
    const enter = this.#enter(frame);
    const body = this.#statements(node.body, frame);
    return (at, out) => {
      if (parent !== null) at.slots[parent] = new Undefined(`there is no parent block called '${node.name}'.`);
      enter(at);
      return body(at, out);
    };
  }

  // ---- loops

  #for(node: ForNode, outer: Frame): Execute {
    if ([...walk([node])].some((each) => each.kind === 'Name' && each.use === 'store' && each.name === 'loop'))
      this.#fail("Can't assign to special loop variable in for-loop target", node.line);
    const scope = node.recursive ? new Scope(outer.scope) : outer.scope;
    const frame = { ...inner(outer, scope), loops: (node.recursive ? 0 : outer.loops) + 1 };
    const isExtended =
      node.recursive ||
      undeclared(node.body, ['loop']).size > 0 ||
      [...walk([node])].some((each) => each.kind === 'Block' && each.scoped);
    const loopPlace = isExtended ? scope.declare(frame.symbols.declareParameter('loop')) : null;
    frame.symbols.analyseLoop(node, 'body');
    const items = this.#expression(node.items, outer);
    const filtered = node.test ? this.#loopFilter(node.target, node.test, outer, frame) : null;
    const enter = this.#enter(frame);
    const assign = this.#assign(node.target, frame);
    const body = this.#statements(node.body, frame);
    const leave = this.#leave(frame);
    const otherwise = node.otherwise.length > 0 ? this.#loopElse(node, outer, scope) : null;

    const run = (
      at: Activation,
      out: Output,
      all: Value,
      recurse: ((items: Value, depth: number) => Value) | null,
      depth: number,
    ): Signal => {
      let isEmpty = true;
      const turn = (value: Value): Signal => {
        spend(1);
        assign(at, value);
        enter(at);
        const signal = body(at, out);
        // as in Jinja2, a turn that is left does not count for the loop's `else`
        if (!signal) isEmpty = false;
        return signal;
      };
      const source = filtered ? filtered(node.recursive ? (at.parent as Activation) : at, all) : all;
      if (loopPlace === null) {
        for (const value of iterate(source)) if (turn(value) === 'break') break;
      } else {
        at.slots[loopPlace] = undefined;
        const loop = new Loop(source, recurse, depth);
        for (let next = loop.next(); !next.done; next = loop.next()) {
          at.slots[loopPlace] = loop.variable;
          if (turn(next.value) === 'break') break;
        }
      }
      leave(at);
      return isEmpty && otherwise ? otherwise(at, out) : undefined;
    };

    if (!node.recursive)
      return (at, out) => {
        at.runtime.line = node.line;
        return run(at, out, items(at), null, 0);
      };
    return (at, out) => {
      const recurse = (all: Value, depth: number): Value =>
        at.runtime.enter(() => {
          const buffer = new Output();
          run(new Activation(at.runtime, at.context, at), buffer, all, recurse, depth);
          return buffer.text;
        });
      at.runtime.line = node.line;
      out.write(text(recurse(items(at), 0)));
      return undefined;
    };
  }

  #loopElse(node: ForNode, outer: Frame, scope: Scope): Execute {
    const frame = inner(outer, scope);
    frame.symbols.analyseLoop(node, 'else');
    const enter = this.#enter(frame);
    const body = this.#statements(node.otherwise, frame);
    const leave = this.#leave(frame);
    return (at, out) => {
      enter(at);
      const signal = body(at, out);
      leave(at);
      return signal;
    };
  }

  /** The `if` of a loop: a generator of its own, so that it asks about an item when its turn comes. */
  #loopFilter(
    target: Expression,
    test: Expression,
    outer: Frame,
    loop: Frame,
  ): (at: Activation, items: Value) => Stream {
    const frame = inner(outer, new Scope(outer.scope));
    frame.symbols.analyse([]);
    const node = { kind: 'For', target, test } as ForNode;
    frame.symbols.analyseLoop(node, 'test');
    const enter = this.#enter(frame);
    const assign = this.#assign(target, { ...frame, symbols: loop.symbols });
    const holds = this.#expression(test, frame);
    function* matching(at: Activation, items: Value): Generator<Value> {
      const own = new Activation(at.runtime, at.context, at);
      enter(own);
      for (const item of iterate(items)) {
        spend(1);
        assign(own, item);
        if (isTrue(holds(own))) yield target.kind === 'Tuple' ? new Tuple([...iterate(item)]) : item;
      }
    }
    return (at, items) => new Stream(matching(at, items));
  }

  // ---- macros

  #macro(node: MacroNode, frame: Frame): Execute {
    const make = this.#macroBody(node, node.name, frame);
    const place = frame.scope.declare(frame.symbols.slot(node.name));
    return (at) => {
      const macro = make(at);
      if (frame.isTop) at.context.variables.set(node.name, macro);
      at.slots[place] = macro;
      return undefined;
    };
  }

  #callBlock(node: CallBlockNode, frame: Frame): Execute {
    const make = this.#macroBody(node, null, frame);
    if (node.call?.args.keywords.some(([name]) => name === 'caller'))
      this.#fail('keyword argument repeated: caller', node.line);
    const callee = this.#expression(node.call?.callee as Expression, frame);
    const args = this.#arguments(node.call?.args as Arguments, frame);
    return (at, out) => {
      at.runtime.line = node.line;
      const caller = make(at);
      const function_ = callee(at);
      const [positional, keywords] = args(at);
      if (keywords.has('caller')) throw typeError("got multiple values for keyword argument 'caller'");
      out.write(text(call(function_, positional, new Map([...keywords, ['caller', caller]]))));
      return undefined;
    };
  }

  /** `{% generation %}`: what its body writes counts as the assistant's. */
  #generation(node: CallBlockNode, frame: Frame): Execute {
    const make = this.#macroBody(node, null, frame);
    return (at, out) => {
      const written = text(make(at).call([], NO_KEYWORDS));
      // where the text stands so far, as transformers counts, even if it is captured or filtered before it is written
      const start = textLength(at.runtime.root.text);
      at.runtime.generated.push([start, start + textLength(written)]);
      out.write(written);
      return undefined;
    };
  }

  #macroBody(node: MacroNode | CallBlockNode, name: string | null, outer: Frame): (at: Activation) => Callable {
    const frame = inner(outer, new Scope(outer.scope));
    const { symbols, scope } = frame;
    const inside: readonly Node[] = [...node.parameters, ...node.defaults, ...node.body];
    symbols.analyse(inside);
    const names = node.parameters.map((parameter) => parameter.name);
    const special = undeclared(node.body, ['caller', 'kwargs', 'varargs']);
    const explicit = names.indexOf('caller');
    if (special.has('caller') && explicit >= 0 && explicit < names.length - node.defaults.length)
      this.#fail(
        'When defining macros or call blocks the special "caller" argument must be omitted or be given a default.',
        node.line,
      );
    const place = (each: string) => scope.declare(symbols.declareParameter(each));
    const extra = {
      caller: special.has('caller') && explicit < 0 ? place('caller') : null,
      kwargs: special.has('kwargs') && !names.includes('kwargs') ? place('kwargs') : null,
      varargs: special.has('varargs') && !names.includes('varargs') ? place('varargs') : null,
    };
    symbols.analyse(inside);
    const places = names.map((each) => scope.declare(symbols.slot(each)));
    const enter = this.#enter(frame);
    const defaults = node.defaults.map((each) => this.#expression(each, frame));
    const required = names.length - defaults.length;
    const body = this.#statements(node.body, frame);

    const bindAll = (own: Activation, args: readonly Value[], keywords: Keywords): void => {
      const left = new Map(keywords);
      const take = (each: string): Value | undefined => {
        const value = left.get(each);
        left.delete(each);
        return value;
      };
      for (const [i, each] of names.entries()) own.slots[places[i]] = i < args.length ? args[i] : take(each);
      if (extra.caller !== null) own.slots[extra.caller] = take('caller') ?? new Undefined('No caller defined');
      if (extra.kwargs !== null) own.slots[extra.kwargs] = new Dict(left);
      else for (const key of left.keys()) throw typeError(`macro '${name}' takes no keyword argument '${key}'`);
      if (extra.varargs !== null) own.slots[extra.varargs] = new Tuple(args.slice(names.length));
      else if (args.length > names.length)
        throw typeError(`macro '${name}' takes not more than ${names.length} argument(s)`);
    };
    const invoke = (at: Activation, args: readonly Value[], keywords: Keywords): Value =>
      at.runtime.enter(() => {
        const own = new Activation(at.runtime, at.context, at);
        bindAll(own, args, keywords);
        enter(own);
        for (const [i, each] of names.entries())
          if (own.slots[places[i]] === undefined)
            own.slots[places[i]] =
              i < required ? new Undefined(`parameter '${each}' was not provided`) : defaults[i - required](own);
        const buffer = new Output();
        body(own, buffer);
        return buffer.text;
      });
    const attributes = {
      name,
      arguments: new Tuple(names),
      catch_kwargs: extra.kwargs !== null,
      catch_varargs: extra.varargs !== null,
      caller: special.has('caller'),
      explicit_caller: explicit >= 0,
    };
    return (at) =>
      new Callable(
        name ?? 'caller',
        (args, keywords) => invoke(at, args, keywords),
        `<Macro ${name === null ? 'anonymous' : `'${name}'`}>`,
        attributes,
      );
  }

  // ---- expressions

  #expression(node: Expression, frame: Frame): Evaluate {
    switch (node.kind) {
      case 'Constant': {
        const { value } = node;
        return () => value;
      }
      case 'Text':
        return () => node.text;
      case 'Name':
        return this.#read(frame, node.name);
      case 'Tuple': {
        const items = this.#all(node.items, frame);
        return (at) => new Tuple(items.map((item) => item(at)));
      }
      case 'List': {
        const items = this.#all(node.items, frame);
        return (at) => items.map((item) => item(at));
      }
      case 'Dict': {
        const entries = node.entries.map((entry) => this.#all(entry, frame));
        return (at) => new Dict(entries.map(([key, value]) => [key(at), value(at)] as const));
      }
      case 'Call':
        return this.#call(node.callee, node.args, frame);
      case 'Filter':
        return this.#filter(node, frame);
      case 'Test':
        return this.#test(node, frame);
      case 'Attribute': {
        const value = this.#expression(node.value, frame);
        return (at) => getAttribute(value(at), node.name);
      }
      case 'Item':
        return this.#item(node, frame);
      case 'Concat': {
        const parts = this.#all(node.parts, frame);
        return (at) => {
          const whole = parts.map((part) => text(part(at))).join('');
          checkLength(whole.length);
          return whole;
        };
      }
      case 'Compare':
        return this.#comparison(node, frame);
      case 'Condition':
        return this.#condition(node, frame);
      case 'Slice':
      case 'AttributeTarget':
        return this.#fail('a slice stands within brackets alone', node.line);
      default:
        return this.#operation(node, frame);
    }
  }

  #all(nodes: readonly Expression[], frame: Frame): Evaluate[] {
    return nodes.map((node) => this.#expression(node, frame));
  }

  #operation(node: Operation, frame: Frame): Evaluate {
    if ('value' in node) {
      const value = this.#expression(node.value, frame);
      if (node.kind === 'Not') return (at) => !isTrue(value(at));
      return node.kind === 'Negative' ? (at) => negative(value(at)) : (at) => positive(value(at));
    }
    return this.#twoSided(node, frame);
  }

  #twoSided(node: Extract<Expression, { left: Expression }>, frame: Frame): Evaluate {
    const left = this.#expression(node.left, frame);
    const right = this.#expression(node.right, frame);
    if (node.kind === 'Binary') return (at) => binary(node.sign, left(at), right(at));
    const stopsAt = node.kind === 'Or';
    return (at) => {
      const value = left(at);
      return isTrue(value) === stopsAt ? value : right(at);
    };
  }

  #item(node: Expression & { kind: 'Item' }, frame: Frame): Evaluate {
    const value = this.#expression(node.value, frame);
    if (node.index.kind !== 'Slice') {
      const index = this.#expression(node.index, frame);
      return (at) => getItem(value(at), index(at));
    }
    const nothing: Evaluate = () => null;
    const [start, stop, step] = [node.index.start, node.index.stop, node.index.step].map((each) =>
      each ? this.#expression(each, frame) : nothing,
    );
    return (at) => slice(value(at), start(at), stop(at), step(at));
  }

  #comparison(node: Expression & { kind: 'Compare' }, frame: Frame): Evaluate {
    const first = this.#expression(node.first, frame);
    const rest = node.rest.map(({ sign, value }) => ({ sign, value: this.#expression(value, frame) }));
    return (at) => {
      let left = first(at);
      for (const { sign, value } of rest) {
        const right = value(at);
        if (!compare(sign, left, right)) return false;
        left = right;
      }
      return true;
    };
  }

  #condition(node: Expression & { kind: 'Condition' }, outer: Frame): Evaluate {
    const frame = { ...outer, isSoft: true };
    const test = this.#expression(node.test, frame);
    const yes = this.#expression(node.yes, frame);
    const no = node.no ? this.#expression(node.no, frame) : null;
    const missing = `the inline if-expression on line ${node.line} evaluated to false and no else section was defined.`;
    return (at) => {
      if (isTrue(test(at))) return yes(at);
      return no ? no(at) : new Undefined(missing);
    };
  }

  #call(target: Expression, given: Arguments, frame: Frame): Evaluate {
    const callee = this.#expression(target, frame);
    const args = this.#arguments(given, frame);
    return (at) => {
      const function_ = callee(at);
      const [positional, keywords] = args(at);
      return call(function_, positional, keywords);
    };
  }

  #arguments(args: Arguments, frame: Frame): (at: Activation) => [Value[], Keywords] {
    const positional = this.#all(args.positional, frame);
    const named = args.keywords.map(([name, value]) => [name, this.#expression(value, frame)] as const);
    const spread = args.spread && this.#expression(args.spread, frame);
    const keywordSpread = args.keywordSpread && this.#expression(args.keywordSpread, frame);
    return (at) => {
      const values = positional.map((value) => value(at));
      if (named.length === 0 && !spread && !keywordSpread) return [values, NO_KEYWORDS];
      const keywords = new Map(named.map(([name, value]) => [name, value(at)] as const));
      if (spread) values.push(...iterate(spread(at)));
      if (keywordSpread)
        for (const [name, value] of keywordsOf(keywordSpread(at))) {
          if (keywords.has(name)) throw typeError(`got multiple values for keyword argument '${name}'`);
          keywords.set(name, value);
        }
      return [values, keywords];
    };
  }

  #filter(node: FilterNode, frame: Frame): Evaluate {
    if (!FILTER_NAMES.has(node.name) && !frame.isSoft) this.#fail(`No filter named '${node.name}'.`, node.line);
    const place = frame.scope.declare(CAPTURED);
    const value: Evaluate = node.value ? this.#expression(node.value, frame) : (at) => at.slots[place] ?? '';
    const args = this.#arguments(node.args, frame);
    return (at) => {
      const first = value(at);
      const [rest, keywords] = args(at);
      return callFilter(node.name, [first, ...rest], keywords);
    };
  }

  #test(node: Expression & { kind: 'Test' }, frame: Frame): Evaluate {
    if (!TESTS.has(node.name) && !frame.isSoft) this.#fail(`No test named '${node.name}'.`, node.line);
    const value = this.#expression(node.value, frame);
    const args = this.#arguments(node.args, frame);
    return (at) => {
      const first = value(at);
      const [rest, keywords] = args(at);
      return callTest(node.name, [first, ...rest], keywords);
    };
  }
}

/** How to set an attribute of a namespace. Throws for what is none. */
function namespaceOf(value: Value): (name: string, value: Value) => void {
  const assign = value instanceof Instance ? value.parts.assign : undefined;
  if (!assign) throw new PythonError('TemplateError', 'cannot assign attribute on non-namespace object');
  return assign;
}

/** A function that renders the statements. Throws TemplateSyntaxError. */
export const compile = (statements: readonly Statement[]): ((runtime: Runtime, context: Context) => void) =>
  new Compiler().template(statements);
