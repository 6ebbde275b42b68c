/** Syntax tree → functions that render it: statements. */
import { compileArguments, compileExpression } from './compile-expression.ts';
import { macroOf } from './compile-macro.ts';
import { call } from './environment.ts';
import {
  assignTo,
  CAPTURED,
  enterFrame,
  type Frame,
  failAt,
  inner,
  leaveFrame,
  namespaceOf,
  readName,
  readSlot,
  Scope,
  setTo,
} from './frames.ts';
import {
  type Arguments,
  type BlockNode,
  type CallBlockNode,
  type Expression,
  type ForNode,
  type IfNode,
  type MacroNode,
  type Statement,
  walk,
} from './nodes.ts';
import { text } from './notation.ts';
import { Activation, Context, Loop, Output, type Runtime } from './runtime.ts';
import { NO_KEYWORDS } from './signature.ts';
import { Symbols, undeclared } from './symbols.ts';
import { isTrue, iterate, PythonError, Stream, Tuple, textLength, typeError, Undefined, type Value } from './values.ts';
import { spend } from './work.ts';

/** What ends a turn of a loop early. */
type Signal = 'break' | 'continue' | undefined;
type Execute = (at: Activation, out: Output) => Signal;
class Compiler {
  readonly #blocks = new Map<string, Execute>();

  template(statements: readonly Statement[]): (runtime: Runtime, context: Context) => void {
    const blocks = [...walk(statements)].filter((node): node is BlockNode => node.kind === 'Block');
    for (const [i, { name, line }] of blocks.entries())
      if (blocks.findIndex((other) => other.name === name) < i) failAt(`block '${name}' defined twice`, line);
    if (undeclared(statements, ['self']).size > 0)
      failAt('the variable `self` is not supported in chat templates here', 1);
    const frame: Frame = { symbols: new Symbols(), scope: new Scope(null), isTop: true, isSoft: false, loops: 0 };
    frame.symbols.analyse(statements);
    const enter = enterFrame(frame);
    const body = this.#statements(statements, frame);
    for (const block of blocks) this.#blocks.set(block.name, this.#blockBody(block));
    return (runtime, context) => {
      const at = new Activation(runtime, context, null);
      enter(at);
      body(at, runtime.root);
    };
  }

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
        if (frame.loops === 0) failAt(`'${signal}' outside loop`, node.line);
        return () => signal;
      }
    }
  }

  #output(parts: readonly Expression[], frame: Frame): Execute {
    const steps = parts.map((part): ((at: Activation, out: Output) => void) => {
      if (part.kind === 'Text') return (_at, out) => out.write(part.text);
      const value = compileExpression(part, frame);
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
      test: compileExpression(test, frame),
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
      each.kind === 'AttributeTarget' ? [readName(frame, each.name)] : [],
    );
    const value = compileExpression(node.value, frame);
    const assign = setTo(node.target, frame);
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
    const filter = node.filter ? compileExpression(node.filter, frame) : null;
    const assign = setTo(node.target, outer);
    const leave = leaveFrame(frame);
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
    const filter = compileExpression(node.filter, frame);
    const leave = leaveFrame(frame);
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
    const enter = enterFrame(frame);
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
    const enter = enterFrame(frame);
    const pairs = node.targets.map(
      (target, i) => [assignTo(target, frame), compileExpression(node.values[i], outer)] as const,
    );
    const body = this.#statements(node.body, frame);
    const leave = leaveFrame(frame);
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
      failAt('{% autoescape %} is not supported in chat templates here', line);
    const frame = inner(outer);
    frame.symbols.analyse(body);
    const enter = enterFrame(frame);
    const execute = this.#statements(body, frame);
    const leave = leaveFrame(frame);
    return (at, out) => {
      enter(at);
      const signal = execute(at, out);
      leave(at);
      return signal;
    };
  }

  #other({ tag, template, line }: Statement & { kind: 'Other' }, frame: Frame): Execute {
    if (tag === 'extends' && !frame.isTop) failAt('cannot use extend from a non top-level scope', line);
    const name = compileExpression(template, frame);
    return (at) => {
      at.runtime.line = line;
      throw typeError(`{% ${tag} ${text(name(at))} %}: a chat template has no others beside it`);
    };
  }

  #block({ name, scoped, required, line }: BlockNode, frame: Frame): Execute {
    const stores = scoped
      ? [...frame.symbols.allStores()].map(([each, slot]) => [each, readSlot(frame.scope, slot)] as const)
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
    const enter = enterFrame(frame);
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
      failAt("Can't assign to special loop variable in for-loop target", node.line);
    const scope = node.recursive ? new Scope(outer.scope) : outer.scope;
    const frame = { ...inner(outer, scope), loops: (node.recursive ? 0 : outer.loops) + 1 };
    const isExtended =
      node.recursive ||
      undeclared(node.body, ['loop']).size > 0 ||
      [...walk([node])].some((each) => each.kind === 'Block' && each.scoped);
    const loopPlace = isExtended ? scope.declare(frame.symbols.declareParameter('loop')) : null;
    frame.symbols.analyseLoop(node, 'body');
    const items = compileExpression(node.items, outer);
    const filtered = node.test ? this.#loopFilter(node.target, node.test, outer, frame) : null;
    const enter = enterFrame(frame);
    const assign = assignTo(node.target, frame);
    const body = this.#statements(node.body, frame);
    const leave = leaveFrame(frame);
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
    const enter = enterFrame(frame);
    const body = this.#statements(node.otherwise, frame);
    const leave = leaveFrame(frame);
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
    const enter = enterFrame(frame);
    const assign = assignTo(target, { ...frame, symbols: loop.symbols });
    const holds = compileExpression(test, frame);
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

  #macro(node: MacroNode, frame: Frame): Execute {
    const make = macroOf(node, node.name, frame, (body, inside) => this.#statements(body, inside));
    const place = frame.scope.declare(frame.symbols.slot(node.name));
    return (at) => {
      const macro = make(at);
      if (frame.isTop) at.context.variables.set(node.name, macro);
      at.slots[place] = macro;
      return undefined;
    };
  }

  #callBlock(node: CallBlockNode, frame: Frame): Execute {
    const make = macroOf(node, null, frame, (body, inside) => this.#statements(body, inside));
    if (node.call?.args.keywords.some(([name]) => name === 'caller'))
      failAt('keyword argument repeated: caller', node.line);
    const callee = compileExpression(node.call?.callee as Expression, frame);
    const args = compileArguments(node.call?.args as Arguments, frame);
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
    const make = macroOf(node, null, frame, (body, inside) => this.#statements(body, inside));
    return (at, out) => {
      const written = text(make(at).call([], NO_KEYWORDS));
      // where the text stands so far, as transformers counts, even if it is captured or filtered before it is written
      const start = textLength(at.runtime.root.text);
      at.runtime.generated.push([start, start + textLength(written)]);
      out.write(written);
      return undefined;
    };
  }
}

/** A function that renders the statements. Throws TemplateSyntaxError. */
export const compile = (statements: readonly Statement[]): ((runtime: Runtime, context: Context) => void) =>
  new Compiler().template(statements);
