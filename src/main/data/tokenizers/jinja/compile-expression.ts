/** Expressions → functions that give their values. */
import { call, getAttribute, getItem, keywordsOf } from './environment.ts';
import { FILTER_NAMES } from './filter-names.ts';
import { callFilter, callTest } from './filters.ts';
import { CAPTURED, type Evaluate, type Frame, failAt, readName } from './frames.ts';
import type { Arguments, Expression, FilterNode } from './nodes.ts';
import { text } from './notation.ts';
import { binary, compare, negative, positive, slice } from './operators.ts';
import type { Activation } from './runtime.ts';
import { NO_KEYWORDS } from './signature.ts';
import { TESTS } from './tests.ts';
import { Dict, isTrue, iterate, type Keywords, Tuple, typeError, Undefined, type Value } from './values.ts';
import { checkLength } from './work.ts';

type OneSided = Extract<Expression, { kind: 'Not' | 'Negative' | 'Positive' }>;
type Operation = Extract<Expression, { left: Expression }> | OneSided;

export function compileExpression(node: Expression, frame: Frame): Evaluate {
  switch (node.kind) {
    case 'Constant': {
      const { value } = node;
      return () => value;
    }
    case 'Text':
      return () => node.text;
    case 'Name':
      return readName(frame, node.name);
    case 'Tuple': {
      const items = compileAll(node.items, frame);
      return (at) => new Tuple(items.map((item) => item(at)));
    }
    case 'List': {
      const items = compileAll(node.items, frame);
      return (at) => items.map((item) => item(at));
    }
    case 'Dict': {
      const entries = node.entries.map((entry) => compileAll(entry, frame));
      return (at) => new Dict(entries.map(([key, value]) => [key(at), value(at)] as const));
    }
    case 'Call':
      return callOf(node.callee, node.args, frame);
    case 'Filter':
      return filterOf(node, frame);
    case 'Test':
      return testOf(node, frame);
    case 'Attribute': {
      const value = compileExpression(node.value, frame);
      return (at) => getAttribute(value(at), node.name);
    }
    case 'Item':
      return item(node, frame);
    case 'Concat': {
      const parts = compileAll(node.parts, frame);
      return (at) => {
        const whole = parts.map((part) => text(part(at))).join('');
        checkLength(whole.length);
        return whole;
      };
    }
    case 'Compare':
      return comparison(node, frame);
    case 'Condition':
      return condition(node, frame);
    case 'Slice':
    case 'AttributeTarget':
      return failAt('a slice stands within brackets alone', node.line);
    default:
      return operation(node, frame);
  }
}

function compileAll(nodes: readonly Expression[], frame: Frame): Evaluate[] {
  return nodes.map((node) => compileExpression(node, frame));
}

function operation(node: Operation, frame: Frame): Evaluate {
  if ('value' in node) {
    const value = compileExpression(node.value, frame);
    if (node.kind === 'Not') return (at) => !isTrue(value(at));
    return node.kind === 'Negative' ? (at) => negative(value(at)) : (at) => positive(value(at));
  }
  return twoSided(node, frame);
}

function twoSided(node: Extract<Expression, { left: Expression }>, frame: Frame): Evaluate {
  const left = compileExpression(node.left, frame);
  const right = compileExpression(node.right, frame);
  if (node.kind === 'Binary') return (at) => binary(node.sign, left(at), right(at));
  const stopsAt = node.kind === 'Or';
  return (at) => {
    const value = left(at);
    return isTrue(value) === stopsAt ? value : right(at);
  };
}

function item(node: Expression & { kind: 'Item' }, frame: Frame): Evaluate {
  const value = compileExpression(node.value, frame);
  if (node.index.kind !== 'Slice') {
    const index = compileExpression(node.index, frame);
    return (at) => getItem(value(at), index(at));
  }
  const nothing: Evaluate = () => null;
  const [start, stop, step] = [node.index.start, node.index.stop, node.index.step].map((each) =>
    each ? compileExpression(each, frame) : nothing,
  );
  return (at) => slice(value(at), start(at), stop(at), step(at));
}

function comparison(node: Expression & { kind: 'Compare' }, frame: Frame): Evaluate {
  const first = compileExpression(node.first, frame);
  const rest = node.rest.map(({ sign, value }) => ({ sign, value: compileExpression(value, frame) }));
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

function condition(node: Expression & { kind: 'Condition' }, outer: Frame): Evaluate {
  const frame = { ...outer, isSoft: true };
  const test = compileExpression(node.test, frame);
  const yes = compileExpression(node.yes, frame);
  const no = node.no ? compileExpression(node.no, frame) : null;
  const missing = `the inline if-expression on line ${node.line} evaluated to false and no else section was defined.`;
  return (at) => {
    if (isTrue(test(at))) return yes(at);
    return no ? no(at) : new Undefined(missing);
  };
}

function callOf(target: Expression, given: Arguments, frame: Frame): Evaluate {
  const callee = compileExpression(target, frame);
  const args = compileArguments(given, frame);
  return (at) => {
    const function_ = callee(at);
    const [positional, keywords] = args(at);
    return call(function_, positional, keywords);
  };
}

export function compileArguments(args: Arguments, frame: Frame): (at: Activation) => [Value[], Keywords] {
  const positional = compileAll(args.positional, frame);
  const named = args.keywords.map(([name, value]) => [name, compileExpression(value, frame)] as const);
  const spread = args.spread && compileExpression(args.spread, frame);
  const keywordSpread = args.keywordSpread && compileExpression(args.keywordSpread, frame);
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

function filterOf(node: FilterNode, frame: Frame): Evaluate {
  if (!FILTER_NAMES.has(node.name) && !frame.isSoft) failAt(`No filter named '${node.name}'.`, node.line);
  const place = frame.scope.declare(CAPTURED);
  const value: Evaluate = node.value ? compileExpression(node.value, frame) : (at) => at.slots[place] ?? '';
  const args = compileArguments(node.args, frame);
  return (at) => {
    const first = value(at);
    const [rest, keywords] = args(at);
    return callFilter(node.name, [first, ...rest], keywords);
  };
}

function testOf(node: Expression & { kind: 'Test' }, frame: Frame): Evaluate {
  if (!TESTS.has(node.name) && !frame.isSoft) failAt(`No test named '${node.name}'.`, node.line);
  const value = compileExpression(node.value, frame);
  const args = compileArguments(node.args, frame);
  return (at) => {
    const first = value(at);
    const [rest, keywords] = args(at);
    return callTest(node.name, [first, ...rest], keywords);
  };
}
