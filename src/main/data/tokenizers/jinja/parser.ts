/** Tokens → syntax tree, by the grammar of Jinja2's parser with loop controls and `{% generation %}`: its statements. */
import { ExpressionParser } from './expression-parser.ts';
import type { Expression, FilterNode, IfNode, NameNode, Signature, Statement } from './nodes.ts';
import { isBlank } from './text-methods.ts';

class Parser extends ExpressionParser {
  readonly #ends: string[][] = [];
  readonly #tags: string[] = [];

  template(): readonly Statement[] {
    return this.#statements(null);
  }

  #statements(ends: string[] | null): Statement[] {
    const body: Statement[] = [];
    let parts: Expression[] = [];
    const flush = () => {
      if (parts.length > 0) body.push({ kind: 'Output', parts, line: parts[0].line });
      parts = [];
    };
    if (ends) this.#ends.push(ends);
    while (!this.is('eof')) {
      const { type, text, line } = this.next();
      if (type === 'data') parts.push({ kind: 'Text', text, line });
      else if (type === 'variable_begin') {
        parts.push(this.nested(() => this.tuple()));
        this.expect('variable_end');
      } else {
        flush();
        if (ends && this.is('name') && ends.includes(this.token.text)) {
          this.#ends.pop();
          return body;
        }
        body.push(this.nested(() => this.#statement()));
        this.expect('block_end');
      }
    }
    flush();
    if (ends) this.#failAtEnd(null);
    return body;
  }

  /** Statements up to one of the end tags, which is left standing. */
  #body(...ends: string[]): Statement[] {
    this.skip('operator', ':');
    this.expect('block_end');
    return this.#statements(ends);
  }

  #bodyThrough(end: string): Statement[] {
    const body = this.#body(end);
    this.next();
    return body;
  }

  #statement(): Statement {
    const { type, text, line } = this.token;
    if (type !== 'name') this.fail('tag name expected');
    const parse = STATEMENTS[text];
    if (!Object.hasOwn(STATEMENTS, text)) this.#failAtEnd(text);
    this.#tags.push(text);
    this.next();
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
    this.fail(message.join(' '));
  }

  forLoop(line: number): Statement {
    const target = this.target({ end: 'in' });
    this.expect('name', 'in');
    const items = this.tuple({ withCondition: false, end: 'recursive' });
    const test = this.skip('name', 'if') ? this.expression() : null;
    const recursive = this.skip('name', 'recursive');
    const body = this.#body('endfor', 'else');
    const otherwise = this.next().text === 'endfor' ? [] : this.#bodyThrough('endfor');
    return { kind: 'For', target, items, test, recursive, body, otherwise, line };
  }

  condition(line: number): IfNode {
    const elifs: IfNode[] = [];
    const branch = (at: number) => ({
      kind: 'If' as const,
      test: this.tuple({ withCondition: false }),
      body: this.#body('elif', 'else', 'endif'),
      line: at,
    });
    const first = branch(line);
    for (;;) {
      const { text, line: at } = this.next();
      if (text === 'elif') elifs.push({ ...branch(at), elifs: [], otherwise: [] });
      else return { ...first, elifs, otherwise: text === 'else' ? this.#bodyThrough('endif') : [] };
    }
  }

  set(line: number): Statement {
    const target = this.target({ attributes: true });
    if (this.skip('operator', '=')) return { kind: 'Assign', target, value: this.tuple(), line };
    const filter = this.filters(null) as FilterNode | null;
    return { kind: 'AssignBlock', target, filter, body: this.#bodyThrough('endset'), line };
  }

  with(line: number): Statement {
    const targets: Expression[] = [];
    const values: Expression[] = [];
    while (!this.is('block_end')) {
      if (targets.length > 0) this.expect('operator', ',');
      targets.push(this.target({}, 'param'));
      this.expect('operator', '=');
      values.push(this.expression());
    }
    return { kind: 'With', targets, values, body: this.#bodyThrough('endwith'), line };
  }

  macro(line: number): Statement {
    const { name } = this.name('store');
    const signature = this.#signature();
    return { kind: 'Macro', name, ...signature, body: this.#bodyThrough('endmacro'), line };
  }

  callBlock(line: number): Statement {
    const signature = this.is('operator', '(') ? this.#signature() : { parameters: [], defaults: [] };
    const call = this.expression();
    if (call.kind !== 'Call') this.fail('expected call', line);
    return { kind: 'CallBlock', call, ...signature, body: this.#bodyThrough('endcall'), line };
  }

  generation(line: number): Statement {
    const body = this.#bodyThrough('endgeneration');
    return { kind: 'CallBlock', call: null, parameters: [], defaults: [], body, line };
  }

  filterBlock(line: number): Statement {
    const filter = this.filters(null, true) as FilterNode;
    return { kind: 'FilterBlock', filter, body: this.#bodyThrough('endfilter'), line };
  }

  autoescape(line: number): Statement {
    const option = this.expression();
    return { kind: 'Scope', option, body: this.#bodyThrough('endautoescape'), line };
  }

  print(line: number): Statement {
    const parts: Expression[] = [];
    while (!this.is('block_end')) {
      if (parts.length > 0) this.expect('operator', ',');
      parts.push(this.expression());
    }
    return { kind: 'Output', parts, line };
  }

  block(line: number): Statement {
    const name = this.expect('name').text;
    const scoped = this.skip('name', 'scoped');
    const required = this.skip('name', 'required');
    const body = this.#bodyThrough('endblock');
    const isEmpty = (part: Expression) => part.kind === 'Text' && isBlank(part.text);
    if (required && !body.every((each) => each.kind === 'Output' && each.parts.every(isEmpty)))
      this.fail('Required blocks can only contain comments or whitespace');
    this.skip('name', name);
    return { kind: 'Block', name, scoped, required, body, line };
  }

  /** include, import, from and extends. */
  other(tag: string, line: number): Statement {
    const template = this.expression();
    const stores: string[] = [];
    if (tag === 'include' && this.is('name', 'ignore') && this.look().text === 'missing') this.skipTwo();
    if (tag === 'import') {
      this.expect('name', 'as');
      stores.push(this.name('store').name);
    }
    if (tag === 'from') this.#imports(stores);
    else if (tag !== 'extends') this.#context();
    return { kind: 'Other', tag, template, stores, line };
  }

  #context(): boolean {
    const found = (this.is('name', 'with') || this.is('name', 'without')) && this.look().text === 'context';
    if (found) this.skipTwo();
    return found;
  }

  #imports(stores: string[]): void {
    this.expect('name', 'import');
    do {
      if (stores.length > 0 && this.#context()) return;
      const { name } = this.name('store');
      if (name.startsWith('_')) this.fail('names starting with an underline can not be imported');
      stores.push(this.skip('name', 'as') ? this.name('store').name : name);
      if (this.#context()) return;
    } while (this.skip('operator', ','));
  }

  #signature(): Signature {
    const parameters: NameNode[] = [];
    const defaults: Expression[] = [];
    this.expect('operator', '(');
    while (!this.is('operator', ')')) {
      if (parameters.length > 0) this.expect('operator', ',');
      const parameter = this.name('param');
      if (parameters.some(({ name }) => name === parameter.name))
        this.fail(`duplicate argument '${parameter.name}' in function definition`);
      if (this.skip('operator', '=')) defaults.push(this.expression());
      else if (defaults.length > 0) this.fail('non-default argument follows default argument');
      parameters.push(parameter);
    }
    this.next();
    return { parameters, defaults };
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

/** The statements of a template. Throws TemplateSyntaxError. */
export const parse = (source: string): readonly Statement[] => new Parser(source).template();
