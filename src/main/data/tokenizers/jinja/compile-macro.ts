/** Macros: functions of a template, with Python's rules for their arguments. */
import { compileExpression } from './compile-expression.ts';
import { enterFrame, type Frame, failAt, inner, Scope } from './frames.ts';
import type { CallBlockNode, MacroNode, Node, Statement } from './nodes.ts';
import { Activation, Output } from './runtime.ts';
import { undeclared } from './symbols.ts';
import { Callable, Dict, type Keywords, Tuple, typeError, Undefined, type Value } from './values.ts';

/** What makes a macro, or the caller of a call block, each time its place is reached; `compileBody` compiles the statements in it. */
export function macroOf(
  node: MacroNode | CallBlockNode,
  name: string | null,
  outer: Frame,
  compileBody: (statements: readonly Statement[], frame: Frame) => (at: Activation, out: Output) => unknown,
): (at: Activation) => Callable {
  const frame = inner(outer, new Scope(outer.scope));
  const { symbols, scope } = frame;
  const inside: readonly Node[] = [...node.parameters, ...node.defaults, ...node.body];
  symbols.analyse(inside);
  const names = node.parameters.map((parameter) => parameter.name);
  const special = undeclared(node.body, ['caller', 'kwargs', 'varargs']);
  const explicit = names.indexOf('caller');
  if (special.has('caller') && explicit >= 0 && explicit < names.length - node.defaults.length)
    failAt(
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
  const enter = enterFrame(frame);
  const defaults = node.defaults.map((each) => compileExpression(each, frame));
  const required = names.length - defaults.length;
  const body = compileBody(node.body, frame);

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
