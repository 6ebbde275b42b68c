/**
 * Where @huggingface/jinja computes otherwise than Jinja2, its interpreter is corrected here: a `set` within a loop lasts for one turn of it, text
 * before `continue` and `break` is kept, an attribute of something undefined is an error, and what is printed is in Python's notation.
 * Known to remain: no `raw` blocks, a JSON 1.0 is 1.
 */
import { Environment, Interpreter } from '@huggingface/jinja';

interface Value {
  readonly type: string;
  readonly value: unknown;
  toString(): string;
}

interface Node {
  readonly type: string;
  readonly body?: readonly Node[];
  readonly object?: Node;
  readonly operator?: { readonly value: string };
  readonly left?: Node;
  readonly right?: Node;
  /** Of a node that stands for a value already worked out. */
  readonly ready?: Value;
}

/** The library's methods that are corrected; its types call some of them private. */
interface Corrected {
  /** Nothing is the value of what is left out, as of a slice's end. */
  evaluate(node: Node | undefined, scope: Environment): Value;
  evaluateBlock(nodes: readonly Node[], scope: Environment): Value;
}

/** Types of our own have a space in front, which no template can write. */
const TURN = ' Turn';
const READY = ' Ready';
const PENDING = ' Pending';

/** What a turn of a loop did before it was left. */
class Left extends Error {
  text = '';
  readonly how: 'Break' | 'Continue';
  constructor(how: 'Break' | 'Continue') {
    super(`${how} stands outside of a loop`);
    this.how = how;
  }
}

const engine = Interpreter.prototype as unknown as Corrected;
const { evaluate } = engine;
const textValue = (text: string): Value => new Environment().set('text', text) as unknown as Value;
/** Text of turns that were left, of each loop under way: the library forgets it. */
const loops: { pending: string }[] = [];

/** Gives the pending text of the innermost loop, which is told then. */
function take(): string {
  const loop = loops.at(-1);
  if (!loop) return '';
  const { pending } = loop;
  loop.pending = '';
  return pending;
}

engine.evaluate = function (this: Corrected, node, scope) {
  switch (node?.type) {
    case 'Break':
    case 'Continue':
      throw new Left(node.type);
    case 'For':
      return wholeLoop(this, node, scope);
    case TURN:
      return turn(this, node, scope);
    case PENDING:
      return textValue(take());
    case READY:
      return node.ready as Value;
    case 'MemberExpression': {
      const object = this.evaluate(node.object, scope);
      if (object.type === 'UndefinedValue') throw new Error(`${written(node.object)} is undefined`);
      return evaluate.call(this, { ...node, object: { type: READY, ready: object } }, scope);
    }
    case 'BinaryExpression':
      if (node.operator?.value !== '~') return evaluate.call(this, node, scope);
      return textValue([node.left, node.right].map((side) => printed(this.evaluate(side, scope))).join(''));
    default:
      return evaluate.call(this, node, scope);
  }
};

engine.evaluateBlock = function (this: Corrected, nodes, scope) {
  let text = '';
  for (const node of nodes) {
    try {
      const value = this.evaluate(node, scope);
      if (!SILENT.includes(node.type)) text += printed(value);
    } catch (error) {
      if (error instanceof Left) error.text = text + error.text;
      throw error;
    }
  }
  return textValue(text);
};

/** Statements that print nothing. */
const SILENT = ['Set', 'Macro', 'Comment'];

function wholeLoop(interpreter: Corrected, node: Node, scope: Environment): Value {
  loops.push({ pending: '' });
  try {
    const { value } = evaluate.call(interpreter, node, scope);
    return textValue(String(value) + take());
  } finally {
    loops.pop();
  }
}

/** The body of a loop in a scope of its own; `scope` is the loop's. As in Jinja2, a turn that is left does not count for the loop's `else`. */
function turn(interpreter: Corrected, { body = [] }: Node, scope: Environment): Value {
  const before = take();
  try {
    const { value } = interpreter.evaluateBlock(body, new Environment(scope));
    return textValue(before + String(value));
  } catch (error) {
    const loop = loops.at(-1);
    if (!(error instanceof Left) || !loop) throw error;
    loop.pending = before + error.text;
    return evaluate.call(interpreter, { type: error.how }, scope);
  }
}

/** A `for` whose body is a turn, and whose `else` comes after what turns that were left have said. */
export function inTurns(loop: { body?: unknown; defaultBlock?: unknown }): void {
  loop.body = [{ type: TURN, body: loop.body }];
  loop.defaultBlock = [{ type: PENDING }, ...(loop.defaultBlock as Node[])];
}

const written = (node: Node | undefined): string => {
  const { value } = (node ?? {}) as { value?: unknown };
  return typeof value === 'string' ? `'${value}'` : 'what an attribute is asked of';
};

/** As `str(…)` of Python, for what a template prints. */
function printed(value: Value): string {
  return value.type === 'StringValue' ? String(value.value) : notation(value);
}

/** As `repr(…)` of Python. */
function notation(value: Value): string {
  switch (value.type) {
    case 'UndefinedValue':
      return '';
    case 'NullValue':
      return 'None';
    case 'BooleanValue':
      return value.value ? 'True' : 'False';
    case 'StringValue':
      return quoted(String(value.value));
    case 'ArrayValue':
      return `[${(value.value as readonly Value[]).map(notation).join(', ')}]`;
    case 'TupleValue': {
      const items = (value.value as readonly Value[]).map(notation);
      return `(${items.join(', ')}${items.length === 1 ? ',' : ''})`;
    }
    case 'ObjectValue': {
      const entries = [...(value.value as ReadonlyMap<string, Value>)];
      return `{${entries.map(([key, each]) => `${quoted(key)}: ${notation(each)}`).join(', ')}}`;
    }
    default:
      return value.toString();
  }
}

const ESCAPES: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '\\': '\\\\' };

/** Python's quotes: single ones, unless the text has those and no double ones. */
function quoted(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const inner = text.replace(/[\\\p{Cc}]/gu, (character) => ESCAPES[character] ?? hex(character));
  return quote + (quote === "'" ? inner.replaceAll("'", "\\'") : inner) + quote;
}

const hex = (character: string): string => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`;
