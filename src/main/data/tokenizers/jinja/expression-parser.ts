/** Expressions and targets of assignments, by the grammar of Jinja2's parser. */
import type { Arguments, BinarySign, CallNode, Comparison, Expression, NameNode } from './nodes.ts';
import { nameOf, TokenReader } from './token-reader.ts';

const COMPARISONS = new Set(['==', '!=', '<', '<=', '>', '>=']);
const NO_ARGUMENTS: Arguments = { positional: [], keywords: [], spread: null, keywordSpread: null };
const TARGETS = new Set(['Name', 'AttributeTarget', 'Tuple']);
/** Names that stand for values, which nothing can be assigned to. */
const LITERALS: Readonly<Record<string, boolean | null>> = {
  true: true,
  True: true,
  false: false,
  False: false,
  none: null,
  None: null,
};

interface TupleOptions {
  readonly simple?: boolean;
  readonly withCondition?: boolean;
  readonly end?: string;
  readonly parenthesised?: boolean;
  readonly attributes?: boolean;
}

export class ExpressionParser extends TokenReader {
  protected name(use: NameNode['use']): NameNode {
    const { text, line } = this.expect('name');
    if (Object.hasOwn(LITERALS, text)) this.fail(`can't assign to 'const'`, line);
    return { kind: 'Name', name: text, use, line };
  }

  protected target(options: TupleOptions, use: NameNode['use'] = 'store'): Expression {
    return this.#assignable(this.tuple({ ...options, simple: true }), use);
  }

  #assignable(target: Expression, use: NameNode['use']): Expression {
    if (!TARGETS.has(target.kind)) this.fail(`can't assign to '${target.kind.toLowerCase()}'`, target.line);
    if (target.kind === 'Name') target.use = use;
    if (target.kind === 'Tuple') for (const item of target.items) this.#assignable(item, use);
    return target;
  }

  protected tuple({ simple, withCondition = true, end, parenthesised, attributes }: TupleOptions = {}): Expression {
    const items: Expression[] = [];
    let isTuple = false;
    let { line } = this.token;
    for (;;) {
      if (items.length > 0) this.expect('operator', ',');
      if (this.#endsTuple(end)) break;
      items.push(simple ? this.#primary(attributes) : this.expression(withCondition));
      if (!this.is('operator', ',')) break;
      isTuple = true;
      line = this.token.line;
    }
    if (!isTuple && items.length > 0) return items[0];
    if (!isTuple && !parenthesised) this.fail(`Expected an expression, got '${nameOf(this.token)}'`);
    return { kind: 'Tuple', items, line };
  }

  #endsTuple(end: string | undefined): boolean {
    if (this.is('variable_end') || this.is('block_end') || this.is('operator', ')')) return true;
    return end !== undefined && this.is('name', end);
  }

  protected expression(withCondition = true): Expression {
    return this.nested(() => (withCondition ? this.#conditional() : this.#or()));
  }

  #conditional(): Expression {
    let { line } = this.token;
    let yes = this.#or();
    while (this.skip('name', 'if')) {
      const test = this.#or();
      const no = this.skip('name', 'else') ? this.nested(() => this.#conditional()) : null;
      yes = { kind: 'Condition', test, yes, no, line };
      line = this.token.line;
    }
    return yes;
  }

  #or(): Expression {
    let left = this.#and();
    while (this.is('name', 'or')) {
      const { line } = this.next();
      left = { kind: 'Or', left, right: this.#and(), line };
    }
    return left;
  }

  #and(): Expression {
    let left = this.#not();
    while (this.is('name', 'and')) {
      const { line } = this.next();
      left = { kind: 'And', left, right: this.#not(), line };
    }
    return left;
  }

  #not(): Expression {
    if (!this.is('name', 'not')) return this.#comparison();
    const { line } = this.next();
    return { kind: 'Not', value: this.nested(() => this.#not()), line };
  }

  #comparison(): Expression {
    const { line } = this.token;
    const first = this.#sum();
    const rest: { sign: Comparison; value: Expression }[] = [];
    for (let sign = this.#comparisonSign(); sign; sign = this.#comparisonSign())
      rest.push({ sign, value: this.#sum() });
    return rest.length > 0 ? { kind: 'Compare', first, rest, line } : first;
  }

  #comparisonSign(): Comparison | null {
    if (this.is('operator') && COMPARISONS.has(this.token.text)) return this.next().text as Comparison;
    if (this.skip('name', 'in')) return 'in';
    if (!this.is('name', 'not') || this.look().type !== 'name' || this.look().text !== 'in') return null;
    this.skipTwo();
    return 'not in';
  }

  #binary(signs: readonly string[], operand: () => Expression): Expression {
    let left = operand();
    while (this.is('operator') && signs.includes(this.token.text)) {
      const { text, line } = this.next();
      left = { kind: 'Binary', sign: text as BinarySign, left, right: operand(), line };
    }
    return left;
  }

  #sum(): Expression {
    return this.#binary(['+', '-'], () => this.#concat());
  }

  #concat(): Expression {
    const { line } = this.token;
    const parts = [this.#product()];
    while (this.skip('operator', '~')) parts.push(this.#product());
    return parts.length > 1 ? { kind: 'Concat', parts, line } : parts[0];
  }

  #product(): Expression {
    return this.#binary(['*', '/', '//', '%'], () => this.#binary(['**'], () => this.#unary(true)));
  }

  #unary(withFilter: boolean): Expression {
    const { line } = this.token;
    let node: Expression;
    if (this.skip('operator', '-')) node = { kind: 'Negative', value: this.nested(() => this.#unary(false)), line };
    else if (this.skip('operator', '+'))
      node = { kind: 'Positive', value: this.nested(() => this.#unary(false)), line };
    else node = this.#primary();
    node = this.#postfix(node);
    return withFilter ? this.#filtered(node) : node;
  }

  #primary(attributes = false): Expression {
    const token = this.next();
    const { type, text, line } = token;
    switch (type) {
      case 'name':
        if (Object.hasOwn(LITERALS, text)) return { kind: 'Constant', value: LITERALS[text], line };
        if (!attributes || !this.skip('operator', '.')) return { kind: 'Name', name: text, use: 'load', line };
        return { kind: 'AttributeTarget', name: text, attribute: this.expect('name').text, line };
      case 'string': {
        let value = String(token.value);
        while (this.is('string')) value += String(this.next().value);
        return { kind: 'Constant', value, line };
      }
      case 'number':
        return { kind: 'Constant', value: token.value, line };
    }
    if (type === 'operator' && text === '(') {
      const tuple = this.nested(() => this.tuple({ parenthesised: true }));
      this.expect('operator', ')');
      return tuple;
    }
    if (type === 'operator' && text === '[')
      return { kind: 'List', items: this.#items(']', () => this.expression()), line };
    if (type === 'operator' && text === '{')
      return { kind: 'Dict', entries: this.#items('}', () => this.#entry()), line };
    return this.fail(`unexpected '${nameOf(token)}'`, line);
  }

  /** Comma-separated, with or without one at the end, up to a closing bracket. */
  #items<T>(close: string, parse: () => T): T[] {
    const items: T[] = [];
    while (!this.is('operator', close)) {
      if (items.length > 0) this.expect('operator', ',');
      if (this.is('operator', close)) break;
      items.push(parse());
    }
    this.next();
    return items;
  }

  #entry(): [Expression, Expression] {
    const key = this.expression();
    this.expect('operator', ':');
    return [key, this.expression()];
  }

  #postfix(start: Expression): Expression {
    let node = start;
    for (;;) {
      if (this.is('operator', '.') || this.is('operator', '[')) node = this.#subscript(node);
      else if (this.is('operator', '(')) node = this.#call(node);
      else return node;
    }
  }

  #filtered(start: Expression): Expression {
    let node = start;
    for (;;) {
      if (this.is('operator', '|')) node = this.filters(node) as Expression;
      else if (this.is('name', 'is')) node = this.#test(node);
      else if (this.is('operator', '(')) node = this.#call(node);
      else return node;
    }
  }

  #subscript(value: Expression): Expression {
    const { text, line } = this.next();
    if (text === '.') {
      const token = this.next();
      if (token.type === 'name') return { kind: 'Attribute', value, name: token.text, line };
      if (token.type !== 'number' || typeof token.value !== 'bigint') this.fail('expected name or number', token.line);
      return { kind: 'Item', value, index: { kind: 'Constant', value: token.value, line }, line };
    }
    const parts: Expression[] = [];
    while (!this.is('operator', ']')) {
      if (parts.length > 0) this.expect('operator', ',');
      parts.push(this.#subscribed());
    }
    this.next();
    return { kind: 'Item', value, index: parts.length === 1 ? parts[0] : { kind: 'Tuple', items: parts, line }, line };
  }

  #subscribed(): Expression {
    const { line } = this.token;
    const start = this.is('operator', ':') ? null : this.expression();
    if (!this.skip('operator', ':')) return start ?? this.fail('expected subscript expression', line);
    const ends = () => this.is('operator', ']') || this.is('operator', ',');
    const stop = this.is('operator', ':') || ends() ? null : this.expression();
    const step = this.skip('operator', ':') && !ends() ? this.expression() : null;
    return { kind: 'Slice', start, stop, step, line };
  }

  #call(callee: Expression): CallNode {
    const { line } = this.token;
    return { kind: 'Call', callee, args: this.#arguments(), line };
  }

  #arguments(): Arguments {
    const { line } = this.expect('operator', '(');
    const positional: Expression[] = [];
    const keywords: [string, Expression][] = [];
    let spread: Expression | null = null;
    let keywordSpread: Expression | null = null;
    const ensure = (holds: boolean) => holds || this.fail('invalid syntax for function call expression', line);
    let isFirst = true;
    while (!this.is('operator', ')')) {
      if (!isFirst) {
        this.expect('operator', ',');
        if (this.is('operator', ')')) break;
      }
      isFirst = false;
      if (this.skip('operator', '*')) {
        ensure(spread === null && keywordSpread === null);
        spread = this.expression();
      } else if (this.skip('operator', '**')) {
        ensure(keywordSpread === null);
        keywordSpread = this.expression();
      } else if (this.is('name') && this.look().type === 'operator' && this.look().text === '=') {
        ensure(keywordSpread === null);
        const key = this.next().text;
        this.next();
        if (keywords.some(([name]) => name === key)) this.fail(`keyword argument repeated: ${key}`);
        keywords.push([key, this.expression()]);
      } else {
        ensure(spread === null && keywordSpread === null && keywords.length === 0);
        positional.push(this.expression());
      }
    }
    this.next();
    return { positional, keywords, spread, keywordSpread };
  }

  #dotted(): string {
    let name = this.expect('name').text;
    while (this.skip('operator', '.')) name += `.${this.expect('name').text}`;
    return name;
  }

  protected filters(start: Expression | null, inline = false): Expression | null {
    let value = start;
    for (let first = inline; first || this.is('operator', '|'); first = false) {
      if (!first) this.next();
      const { line } = this.token;
      const name = this.#dotted();
      value = { kind: 'Filter', value, name, args: this.is('operator', '(') ? this.#arguments() : NO_ARGUMENTS, line };
    }
    return value;
  }

  #test(value: Expression): Expression {
    const { line } = this.next();
    const negated = this.skip('name', 'not');
    const name = this.#dotted();
    const test: Expression = { kind: 'Test', value, name, args: this.#testArguments(), line };
    return negated ? { kind: 'Not', value: test, line } : test;
  }

  #testArguments(): Arguments {
    if (this.is('operator', '(')) return this.#arguments();
    const { type, text } = this.token;
    const begins =
      type === 'name'
        ? !['else', 'or', 'and'].includes(text)
        : type === 'string' || type === 'number' || (type === 'operator' && '[{'.includes(text));
    if (!begins) return NO_ARGUMENTS;
    if (this.is('name', 'is')) this.fail('You cannot chain multiple tests with is');
    return { ...NO_ARGUMENTS, positional: [this.#postfix(this.#primary())] };
  }
}
