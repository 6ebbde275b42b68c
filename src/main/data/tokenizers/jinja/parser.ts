/** Tokens → syntax tree, by the grammar of Jinja2's parser with loop controls and `{% generation %}`. */
import { TemplateSyntaxError, type Token, type TokenType, tokenize } from './lexer.ts';
import type {
  Arguments,
  BinarySign,
  CallNode,
  Comparison,
  Expression,
  FilterNode,
  IfNode,
  NameNode,
  Signature,
  Statement,
} from './nodes.ts';
import { isBlank } from './text-methods.ts';

/** Deeper nesting would end in a stack overflow; Python refuses it as well. */
const MAX_DEPTH = 200;
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

class Parser {
  readonly #tokens: readonly Token[];
  readonly #ends: string[][] = [];
  readonly #tags: string[] = [];
  #at = 0;
  #depth = 0;

  constructor(source: string) {
    this.#tokens = tokenize(source);
  }

  get #token(): Token {
    return this.#tokens[this.#at];
  }

  #look(): Token {
    return this.#tokens[Math.min(this.#at + 1, this.#tokens.length - 1)];
  }

  #next(): Token {
    const token = this.#token;
    if (token.type !== 'eof') this.#at++;
    return token;
  }

  #fail(message: string, line = this.#token.line): never {
    throw new TemplateSyntaxError(message, line);
  }

  #is(type: TokenType, text?: string): boolean {
    return this.#token.type === type && (text === undefined || this.#token.text === text);
  }

  #skip(type: TokenType, text: string): boolean {
    const found = this.#is(type, text);
    if (found) this.#next();
    return found;
  }

  #expect(type: TokenType, text?: string): Token {
    if (this.#is(type, text)) return this.#next();
    if (this.#is('eof')) this.#fail(`unexpected end of template, expected '${text ?? described(type)}'.`);
    return this.#fail(`expected token '${text ?? described(type)}', got '${nameOf(this.#token)}'`);
  }

  /** Of something whose nesting has a bound. */
  #nested<T>(parse: () => T): T {
    if (++this.#depth > MAX_DEPTH) this.#fail(`nested more than ${MAX_DEPTH} deep`);
    const result = parse();
    this.#depth--;
    return result;
  }

  template(): readonly Statement[] {
    return this.#statements(null);
  }

  // ---- statements

  #statements(ends: string[] | null): Statement[] {
    const body: Statement[] = [];
    let parts: Expression[] = [];
    const flush = () => {
      if (parts.length > 0) body.push({ kind: 'Output', parts, line: parts[0].line });
      parts = [];
    };
    if (ends) this.#ends.push(ends);
    while (!this.#is('eof')) {
      const { type, text, line } = this.#next();
      if (type === 'data') parts.push({ kind: 'Text', text, line });
      else if (type === 'variable_begin') {
        parts.push(this.#nested(() => this.#tuple()));
        this.#expect('variable_end');
      } else {
        flush();
        if (ends && this.#is('name') && ends.includes(this.#token.text)) {
          this.#ends.pop();
          return body;
        }
        body.push(this.#nested(() => this.#statement()));
        this.#expect('block_end');
      }
    }
    flush();
    if (ends) this.#failAtEnd(null);
    return body;
  }

  /** Statements up to one of the end tags, which is left standing. */
  #body(...ends: string[]): Statement[] {
    this.#skip('operator', ':');
    this.#expect('block_end');
    return this.#statements(ends);
  }

  #bodyThrough(end: string): Statement[] {
    const body = this.#body(end);
    this.#next();
    return body;
  }

  #statement(): Statement {
    const { type, text, line } = this.#token;
    if (type !== 'name') this.#fail('tag name expected');
    const parse = STATEMENTS[text];
    if (!Object.hasOwn(STATEMENTS, text)) this.#failAtEnd(text);
    this.#tags.push(text);
    this.#next();
    const statement = parse(this, line);
    this.#tags.pop();
    return statement;
  }

  #failAtEnd(tag: string | null): never {
    const wanted = this.#ends
      .at(-1)
      ?.map((end) => `'${end}'`)
      .join(' or ');
    const known = tag !== null && this.#ends.some((ends) => ends.includes(tag));
    const message = [tag === null ? 'Unexpected end of template.' : `Encountered unknown tag '${tag}'.`];
    if (wanted && known)
      message.push(
        `You probably made a nesting mistake. Jinja is expecting this tag, but currently looking for ${wanted}.`,
      );
    else if (wanted) message.push(`Jinja was looking for the following tags: ${wanted}.`);
    if (this.#tags.length > 0) message.push(`The innermost block that needs to be closed is '${this.#tags.at(-1)}'.`);
    this.#fail(message.join(' '));
  }

  forLoop(line: number): Statement {
    const target = this.#target({ end: 'in' });
    this.#expect('name', 'in');
    const items = this.#tuple({ withCondition: false, end: 'recursive' });
    const test = this.#skip('name', 'if') ? this.#expression() : null;
    const recursive = this.#skip('name', 'recursive');
    const body = this.#body('endfor', 'else');
    const otherwise = this.#next().text === 'endfor' ? [] : this.#bodyThrough('endfor');
    return { kind: 'For', target, items, test, recursive, body, otherwise, line };
  }

  condition(line: number): IfNode {
    const elifs: IfNode[] = [];
    const branch = (at: number) => ({
      kind: 'If' as const,
      test: this.#tuple({ withCondition: false }),
      body: this.#body('elif', 'else', 'endif'),
      line: at,
    });
    const first = branch(line);
    for (;;) {
      const { text, line: at } = this.#next();
      if (text === 'elif') elifs.push({ ...branch(at), elifs: [], otherwise: [] });
      else return { ...first, elifs, otherwise: text === 'else' ? this.#bodyThrough('endif') : [] };
    }
  }

  set(line: number): Statement {
    const target = this.#target({ attributes: true });
    if (this.#skip('operator', '=')) return { kind: 'Assign', target, value: this.#tuple(), line };
    const filter = this.#filters(null) as FilterNode | null;
    return { kind: 'AssignBlock', target, filter, body: this.#bodyThrough('endset'), line };
  }

  with(line: number): Statement {
    const targets: Expression[] = [];
    const values: Expression[] = [];
    while (!this.#is('block_end')) {
      if (targets.length > 0) this.#expect('operator', ',');
      targets.push(this.#target({}, 'param'));
      this.#expect('operator', '=');
      values.push(this.#expression());
    }
    return { kind: 'With', targets, values, body: this.#bodyThrough('endwith'), line };
  }

  macro(line: number): Statement {
    const { name } = this.#name('store');
    const signature = this.#signature();
    return { kind: 'Macro', name, ...signature, body: this.#bodyThrough('endmacro'), line };
  }

  callBlock(line: number): Statement {
    const signature = this.#is('operator', '(') ? this.#signature() : { parameters: [], defaults: [] };
    const call = this.#expression();
    if (call.kind !== 'Call') this.#fail('expected call', line);
    return { kind: 'CallBlock', call, ...signature, body: this.#bodyThrough('endcall'), line };
  }

  generation(line: number): Statement {
    const body = this.#bodyThrough('endgeneration');
    return { kind: 'CallBlock', call: null, parameters: [], defaults: [], body, line };
  }

  filterBlock(line: number): Statement {
    const filter = this.#filters(null, true) as FilterNode;
    return { kind: 'FilterBlock', filter, body: this.#bodyThrough('endfilter'), line };
  }

  autoescape(line: number): Statement {
    const option = this.#expression();
    return { kind: 'Scope', option, body: this.#bodyThrough('endautoescape'), line };
  }

  print(line: number): Statement {
    const parts: Expression[] = [];
    while (!this.#is('block_end')) {
      if (parts.length > 0) this.#expect('operator', ',');
      parts.push(this.#expression());
    }
    return { kind: 'Output', parts, line };
  }

  block(line: number): Statement {
    const name = this.#expect('name').text;
    const scoped = this.#skip('name', 'scoped');
    const required = this.#skip('name', 'required');
    const body = this.#bodyThrough('endblock');
    const isEmpty = (part: Expression) => part.kind === 'Text' && isBlank(part.text);
    if (required && !body.every((each) => each.kind === 'Output' && each.parts.every(isEmpty)))
      this.#fail('Required blocks can only contain comments or whitespace');
    this.#skip('name', name);
    return { kind: 'Block', name, scoped, required, body, line };
  }

  /** include, import, from and extends. */
  other(tag: string, line: number): Statement {
    const template = this.#expression();
    const stores: string[] = [];
    if (tag === 'include' && this.#is('name', 'ignore') && this.#look().text === 'missing') this.#at += 2;
    if (tag === 'import') {
      this.#expect('name', 'as');
      stores.push(this.#name('store').name);
    }
    if (tag === 'from') this.#imports(stores);
    else if (tag !== 'extends') this.#context();
    return { kind: 'Other', tag, template, stores, line };
  }

  #context(): boolean {
    const found = (this.#is('name', 'with') || this.#is('name', 'without')) && this.#look().text === 'context';
    if (found) this.#at += 2;
    return found;
  }

  #imports(stores: string[]): void {
    this.#expect('name', 'import');
    do {
      if (stores.length > 0 && this.#context()) return;
      const { name } = this.#name('store');
      if (name.startsWith('_')) this.#fail('names starting with an underline can not be imported');
      stores.push(this.#skip('name', 'as') ? this.#name('store').name : name);
      if (this.#context()) return;
    } while (this.#skip('operator', ','));
  }

  #signature(): Signature {
    const parameters: NameNode[] = [];
    const defaults: Expression[] = [];
    this.#expect('operator', '(');
    while (!this.#is('operator', ')')) {
      if (parameters.length > 0) this.#expect('operator', ',');
      const parameter = this.#name('param');
      if (parameters.some(({ name }) => name === parameter.name))
        this.#fail(`duplicate argument '${parameter.name}' in function definition`);
      if (this.#skip('operator', '=')) defaults.push(this.#expression());
      else if (defaults.length > 0) this.#fail('non-default argument follows default argument');
      parameters.push(parameter);
    }
    this.#next();
    return { parameters, defaults };
  }

  // ---- targets of assignments

  #name(use: NameNode['use']): NameNode {
    const { text, line } = this.#expect('name');
    if (Object.hasOwn(LITERALS, text)) this.#fail(`can't assign to 'const'`, line);
    return { kind: 'Name', name: text, use, line };
  }

  #target(options: TupleOptions, use: NameNode['use'] = 'store'): Expression {
    return this.#assignable(this.#tuple({ ...options, simple: true }), use);
  }

  #assignable(target: Expression, use: NameNode['use']): Expression {
    if (!TARGETS.has(target.kind)) this.#fail(`can't assign to '${target.kind.toLowerCase()}'`, target.line);
    if (target.kind === 'Name') target.use = use;
    if (target.kind === 'Tuple') for (const item of target.items) this.#assignable(item, use);
    return target;
  }

  // ---- expressions

  #tuple({ simple, withCondition = true, end, parenthesised, attributes }: TupleOptions = {}): Expression {
    const items: Expression[] = [];
    let isTuple = false;
    let { line } = this.#token;
    for (;;) {
      if (items.length > 0) this.#expect('operator', ',');
      if (this.#endsTuple(end)) break;
      items.push(simple ? this.#primary(attributes) : this.#expression(withCondition));
      if (!this.#is('operator', ',')) break;
      isTuple = true;
      line = this.#token.line;
    }
    if (!isTuple && items.length > 0) return items[0];
    if (!isTuple && !parenthesised) this.#fail(`Expected an expression, got '${nameOf(this.#token)}'`);
    return { kind: 'Tuple', items, line };
  }

  #endsTuple(end: string | undefined): boolean {
    if (this.#is('variable_end') || this.#is('block_end') || this.#is('operator', ')')) return true;
    return end !== undefined && this.#is('name', end);
  }

  #expression(withCondition = true): Expression {
    return this.#nested(() => (withCondition ? this.#conditional() : this.#or()));
  }

  #conditional(): Expression {
    let { line } = this.#token;
    let yes = this.#or();
    while (this.#skip('name', 'if')) {
      const test = this.#or();
      const no = this.#skip('name', 'else') ? this.#nested(() => this.#conditional()) : null;
      yes = { kind: 'Condition', test, yes, no, line };
      line = this.#token.line;
    }
    return yes;
  }

  #or(): Expression {
    let left = this.#and();
    while (this.#is('name', 'or')) {
      const { line } = this.#next();
      left = { kind: 'Or', left, right: this.#and(), line };
    }
    return left;
  }

  #and(): Expression {
    let left = this.#not();
    while (this.#is('name', 'and')) {
      const { line } = this.#next();
      left = { kind: 'And', left, right: this.#not(), line };
    }
    return left;
  }

  #not(): Expression {
    if (!this.#is('name', 'not')) return this.#comparison();
    const { line } = this.#next();
    return { kind: 'Not', value: this.#nested(() => this.#not()), line };
  }

  #comparison(): Expression {
    const { line } = this.#token;
    const first = this.#sum();
    const rest: { sign: Comparison; value: Expression }[] = [];
    for (let sign = this.#comparisonSign(); sign; sign = this.#comparisonSign())
      rest.push({ sign, value: this.#sum() });
    return rest.length > 0 ? { kind: 'Compare', first, rest, line } : first;
  }

  #comparisonSign(): Comparison | null {
    if (this.#is('operator') && COMPARISONS.has(this.#token.text)) return this.#next().text as Comparison;
    if (this.#skip('name', 'in')) return 'in';
    if (!this.#is('name', 'not') || this.#look().type !== 'name' || this.#look().text !== 'in') return null;
    this.#at += 2;
    return 'not in';
  }

  #binary(signs: readonly string[], operand: () => Expression): Expression {
    let left = operand();
    while (this.#is('operator') && signs.includes(this.#token.text)) {
      const { text, line } = this.#next();
      left = { kind: 'Binary', sign: text as BinarySign, left, right: operand(), line };
    }
    return left;
  }

  #sum(): Expression {
    return this.#binary(['+', '-'], () => this.#concat());
  }

  #concat(): Expression {
    const { line } = this.#token;
    const parts = [this.#product()];
    while (this.#skip('operator', '~')) parts.push(this.#product());
    return parts.length > 1 ? { kind: 'Concat', parts, line } : parts[0];
  }

  #product(): Expression {
    return this.#binary(['*', '/', '//', '%'], () => this.#binary(['**'], () => this.#unary(true)));
  }

  #unary(withFilter: boolean): Expression {
    const { line } = this.#token;
    let node: Expression;
    if (this.#skip('operator', '-')) node = { kind: 'Negative', value: this.#nested(() => this.#unary(false)), line };
    else if (this.#skip('operator', '+'))
      node = { kind: 'Positive', value: this.#nested(() => this.#unary(false)), line };
    else node = this.#primary();
    node = this.#postfix(node);
    return withFilter ? this.#filtered(node) : node;
  }

  #primary(attributes = false): Expression {
    const token = this.#next();
    const { type, text, line } = token;
    switch (type) {
      case 'name':
        if (Object.hasOwn(LITERALS, text)) return { kind: 'Constant', value: LITERALS[text], line };
        if (!attributes || !this.#skip('operator', '.')) return { kind: 'Name', name: text, use: 'load', line };
        return { kind: 'AttributeTarget', name: text, attribute: this.#expect('name').text, line };
      case 'string': {
        let value = String(token.value);
        while (this.#is('string')) value += String(this.#next().value);
        return { kind: 'Constant', value, line };
      }
      case 'number':
        return { kind: 'Constant', value: token.value, line };
    }
    if (type === 'operator' && text === '(') {
      const tuple = this.#nested(() => this.#tuple({ parenthesised: true }));
      this.#expect('operator', ')');
      return tuple;
    }
    if (type === 'operator' && text === '[')
      return { kind: 'List', items: this.#items(']', () => this.#expression()), line };
    if (type === 'operator' && text === '{')
      return { kind: 'Dict', entries: this.#items('}', () => this.#entry()), line };
    return this.#fail(`unexpected '${nameOf(token)}'`, line);
  }

  /** Comma-separated, with or without one at the end, up to a closing bracket. */
  #items<T>(close: string, parse: () => T): T[] {
    const items: T[] = [];
    while (!this.#is('operator', close)) {
      if (items.length > 0) this.#expect('operator', ',');
      if (this.#is('operator', close)) break;
      items.push(parse());
    }
    this.#next();
    return items;
  }

  #entry(): [Expression, Expression] {
    const key = this.#expression();
    this.#expect('operator', ':');
    return [key, this.#expression()];
  }

  #postfix(start: Expression): Expression {
    let node = start;
    for (;;) {
      if (this.#is('operator', '.') || this.#is('operator', '[')) node = this.#subscript(node);
      else if (this.#is('operator', '(')) node = this.#call(node);
      else return node;
    }
  }

  #filtered(start: Expression): Expression {
    let node = start;
    for (;;) {
      if (this.#is('operator', '|')) node = this.#filters(node) as Expression;
      else if (this.#is('name', 'is')) node = this.#test(node);
      else if (this.#is('operator', '(')) node = this.#call(node);
      else return node;
    }
  }

  #subscript(value: Expression): Expression {
    const { text, line } = this.#next();
    if (text === '.') {
      const token = this.#next();
      if (token.type === 'name') return { kind: 'Attribute', value, name: token.text, line };
      if (token.type !== 'number' || typeof token.value !== 'bigint') this.#fail('expected name or number', token.line);
      return { kind: 'Item', value, index: { kind: 'Constant', value: token.value, line }, line };
    }
    const parts: Expression[] = [];
    while (!this.#is('operator', ']')) {
      if (parts.length > 0) this.#expect('operator', ',');
      parts.push(this.#subscribed());
    }
    this.#next();
    return { kind: 'Item', value, index: parts.length === 1 ? parts[0] : { kind: 'Tuple', items: parts, line }, line };
  }

  #subscribed(): Expression {
    const { line } = this.#token;
    const start = this.#is('operator', ':') ? null : this.#expression();
    if (!this.#skip('operator', ':')) return start ?? this.#fail('expected subscript expression', line);
    const ends = () => this.#is('operator', ']') || this.#is('operator', ',');
    const stop = this.#is('operator', ':') || ends() ? null : this.#expression();
    const step = this.#skip('operator', ':') && !ends() ? this.#expression() : null;
    return { kind: 'Slice', start, stop, step, line };
  }

  #call(callee: Expression): CallNode {
    const { line } = this.#token;
    return { kind: 'Call', callee, args: this.#arguments(), line };
  }

  #arguments(): Arguments {
    const { line } = this.#expect('operator', '(');
    const positional: Expression[] = [];
    const keywords: [string, Expression][] = [];
    let spread: Expression | null = null;
    let keywordSpread: Expression | null = null;
    const ensure = (holds: boolean) => holds || this.#fail('invalid syntax for function call expression', line);
    let isFirst = true;
    while (!this.#is('operator', ')')) {
      if (!isFirst) {
        this.#expect('operator', ',');
        if (this.#is('operator', ')')) break;
      }
      isFirst = false;
      if (this.#skip('operator', '*')) {
        ensure(spread === null && keywordSpread === null);
        spread = this.#expression();
      } else if (this.#skip('operator', '**')) {
        ensure(keywordSpread === null);
        keywordSpread = this.#expression();
      } else if (this.#is('name') && this.#look().type === 'operator' && this.#look().text === '=') {
        ensure(keywordSpread === null);
        const key = this.#next().text;
        this.#next();
        if (keywords.some(([name]) => name === key)) this.#fail(`keyword argument repeated: ${key}`);
        keywords.push([key, this.#expression()]);
      } else {
        ensure(spread === null && keywordSpread === null && keywords.length === 0);
        positional.push(this.#expression());
      }
    }
    this.#next();
    return { positional, keywords, spread, keywordSpread };
  }

  #dotted(): string {
    let name = this.#expect('name').text;
    while (this.#skip('operator', '.')) name += `.${this.#expect('name').text}`;
    return name;
  }

  #filters(start: Expression | null, inline = false): Expression | null {
    let value = start;
    for (let first = inline; first || this.#is('operator', '|'); first = false) {
      if (!first) this.#next();
      const { line } = this.#token;
      const name = this.#dotted();
      value = { kind: 'Filter', value, name, args: this.#is('operator', '(') ? this.#arguments() : NO_ARGUMENTS, line };
    }
    return value;
  }

  #test(value: Expression): Expression {
    const { line } = this.#next();
    const negated = this.#skip('name', 'not');
    const name = this.#dotted();
    const test: Expression = { kind: 'Test', value, name, args: this.#testArguments(), line };
    return negated ? { kind: 'Not', value: test, line } : test;
  }

  #testArguments(): Arguments {
    if (this.#is('operator', '(')) return this.#arguments();
    const { type, text } = this.#token;
    const begins =
      type === 'name'
        ? !['else', 'or', 'and'].includes(text)
        : type === 'string' || type === 'number' || (type === 'operator' && '[{'.includes(text));
    if (!begins) return NO_ARGUMENTS;
    if (this.#is('name', 'is')) this.#fail('You cannot chain multiple tests with is');
    return { ...NO_ARGUMENTS, positional: [this.#postfix(this.#primary())] };
  }
}

const STATEMENTS: Readonly<Record<string, (parser: Parser, line: number) => Statement>> = {
  for: (parser, line) => parser.forLoop(line),
  if: (parser, line) => parser.condition(line),
  set: (parser, line) => parser.set(line),
  with: (parser, line) => parser.with(line),
  macro: (parser, line) => parser.macro(line),
  call: (parser, line) => parser.callBlock(line),
  generation: (parser, line) => parser.generation(line),
  filter: (parser, line) => parser.filterBlock(line),
  autoescape: (parser, line) => parser.autoescape(line),
  print: (parser, line) => parser.print(line),
  block: (parser, line) => parser.block(line),
  include: (parser, line) => parser.other('include', line),
  import: (parser, line) => parser.other('import', line),
  from: (parser, line) => parser.other('from', line),
  extends: (parser, line) => parser.other('extends', line),
  break: (_parser, line) => ({ kind: 'Break', line }),
  continue: (_parser, line) => ({ kind: 'Continue', line }),
};

const DESCRIBED: Partial<Record<TokenType, string>> = {
  block_begin: 'begin of statement block',
  block_end: 'end of statement block',
  variable_begin: 'begin of print statement',
  variable_end: 'end of print statement',
  data: 'template data / text',
  eof: 'end of template',
};
const described = (type: TokenType): string => DESCRIBED[type] ?? type;
const nameOf = ({ type, text }: Token): string => (type === 'name' || type === 'operator' ? text : described(type));

/** The statements of a template. Throws TemplateSyntaxError. */
export const parse = (source: string): readonly Statement[] => new Parser(source).template();
